/**
 * The command that trains: a run of module training in a folder, shown as it goes. Uses option and output. Start reading at
 * TrainCommand.
 */
package io.deltarule.cli.train;
