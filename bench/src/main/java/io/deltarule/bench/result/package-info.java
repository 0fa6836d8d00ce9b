/**
 * What one benchmark run found, as plain records: measurements, ratios, transfers, devices and their ceilings. Uses workload,
 * verification and timing for what the records hold, and measures nothing itself. Start reading at BenchResults.
 */
package io.deltarule.bench.result;
