/**
 * How much faster the chunkwise form is than the token by token one: the figure of the DeltaNet paper, on this machine. Uses
 * module bench, which prepares and times. Start reading at Speedup.
 */
package io.deltarule.experiments.speed;
