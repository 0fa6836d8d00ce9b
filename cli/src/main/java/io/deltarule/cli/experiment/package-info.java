/**
 * The command {@code experiment}: one command below it per published claim, each runs an experiment of module experiments and
 * prints it as a table, JSON and a figure. Uses option and output. Start reading at ExperimentCommand.
 */
package io.deltarule.cli.experiment;
