/**
 * What commands print and write: tables, JSON, progress, streamed text, output files, exit codes. Uses no other room. There is
 * no one place to start; each class stands for itself.
 */
package io.deltarule.cli.output;
