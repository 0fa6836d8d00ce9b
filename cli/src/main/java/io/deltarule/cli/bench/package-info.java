/**
 * The commands bench and report. Uses option and output, and the library of benchmarks. Start reading at BenchCommand.
 */
package io.deltarule.cli.bench;
