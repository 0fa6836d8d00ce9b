/**
 * Commands that repeat published claims at a small size; each runs an experiment of module experiments and prints it. Uses
 * option and output. Start reading at RetrievalCommand.
 */
package io.deltarule.cli.experiment;
