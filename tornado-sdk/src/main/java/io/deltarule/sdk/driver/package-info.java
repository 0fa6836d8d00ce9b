/**
 * What this system has for TornadoVM's backends to run through, asked of the drivers' own libraries through
 * java.lang.foreign. Uses the module's root package. Start reading at Drivers.
 */
package io.deltarule.sdk.driver;
