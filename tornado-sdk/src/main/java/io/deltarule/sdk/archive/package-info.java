/**
 * Archives that nobody vouches for, unpacked into an empty folder and nowhere else. Uses no other room. Start reading at
 * Unpacker; ArchiveReader is what zip and tar.gz have in common.
 */
package io.deltarule.sdk.archive;
