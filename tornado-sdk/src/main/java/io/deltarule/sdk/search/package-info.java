/**
 * Which SDK is used, and why TornadoVM runs here or does not. Uses the module's root package, driver and install. Start
 * reading at SdkSearch; Diagnosis puts what it finds beside the drivers and says what to do.
 */
package io.deltarule.sdk.search;
