/**
 * The command line: where the process starts, the command that holds all others, and the one place that turns whatever goes
 * wrong into an exit code and one line. Uses every room below; none of them uses it.
 *
 * <pre>
 *   operation    op, compare                                     one operation on tensors from a file
 *   model        generate, logits, perplexity, inspect, make-model
 *   bench        bench, report
 *   experiment   experiment
 *   sdk          devices, tornado install, tornado list, tornado remove
 *   option       what options mean that several commands have
 *   output       what commands print and write: tables, JSON, progress, files, exit codes
 * </pre>
 *
 * <p>Start reading at Cli; docs/cli.md is the user's description.
 */
package io.deltarule.cli;
