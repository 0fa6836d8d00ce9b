/** The command line: one class per command, and one place that turns failures into exit codes and one line each. */
package io.deltarule.cli;
