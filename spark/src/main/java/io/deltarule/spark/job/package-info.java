/** The job of {@code deltarule spark}: files in, files out, taken up where it stopped, with bad rows in files of their own. */
package io.deltarule.spark.job;
