/**
 * The commands devices and tornado: what can run here, and TornadoVM's SDK. Uses output and module tornado-sdk. Start reading
 * at DevicesCommand.
 */
package io.deltarule.cli.sdk;
