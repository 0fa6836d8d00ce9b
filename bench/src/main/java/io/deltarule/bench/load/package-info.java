/**
 * Whether something else used the machine: the load average, how far repeats lie apart, and the best that this machine has ever
 * done, which is remembered. Uses result and timing. Start reading at LoadSigns.
 */
package io.deltarule.bench.load;
