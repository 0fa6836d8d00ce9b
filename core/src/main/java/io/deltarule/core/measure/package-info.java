/**
 * What benchmarks ask of engines beside results: where a run spent its time, what a device reaches at most, engines of
 * other projects to measure beside, and this processor's own ceilings. Engines implement these interfaces where they can;
 * no engine of this project needs them to compute. Start at {@link io.deltarule.core.measure.Profiled}.
 */
package io.deltarule.core.measure;
