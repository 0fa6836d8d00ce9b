/**
 * One file over HTTP, continued where an earlier attempt was cut off, and the checksum that is published for it. Uses the
 * module's root package. Start reading at Download.
 */
package io.deltarule.sdk.download;
