/**
 * TornadoVM's SDK on this machine: fetching a release, unpacking it without trust, keeping it, finding it, and saying
 * what is missing for it to run. This module knows none of this project's engines. This package holds what all rooms speak of:
 * a release, an installed SDK, a backend, a system, and the two ways in which an installation fails; it uses no room.
 *
 * <pre>
 *   archive    zip and tar.gz archives that nobody vouches for, unpacked
 *   download   one file over HTTP, continued where it was cut off, and its published checksum
 *   driver     what the system has for TornadoVM's backends to run through
 *   install    SdkInstaller: SdkRelease → Download → Checksum → Unpacker → ArgumentFile → SdkStore
 *   search     which SDK is used (SdkSearch), and why it runs here or does not (Diagnosis)
 * </pre>
 *
 * <p>Start reading at SdkInstaller and Diagnosis. Facts about release archives: TornadoVM's own release workflow and
 * bin/compile at v5.2.0-jdk25.
 */
package io.deltarule.sdk;
