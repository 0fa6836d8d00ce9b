/**
 * An SDK from a release's archive into the user's store, whole or not at all. Uses the module's root package, archive and
 * download. Start reading at SdkInstaller; SdkStore is the folder that holds what was installed.
 */
package io.deltarule.sdk.install;
