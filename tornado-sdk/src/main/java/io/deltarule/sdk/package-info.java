/**
 * TornadoVM's SDK on this machine: fetching a release, unpacking it without trust, keeping it, finding it, and saying
 * what is missing for it to run.
 *
 * <pre>
 *   SdkInstaller | SdkRelease → Download (resumes) → Checksum → Unpacker (ArchiveReader, EntryPath) → ArgFile → SdkStore
 *   Diagnosis    | SdkSearch (which SDK) + Drivers (what the system has) → what is missing, why, and the cure
 * </pre>
 *
 * Facts about release archives: TornadoVM's own release workflow and bin/compile at v5.2.0-jdk25.
 */
package io.deltarule.sdk;
