/**
 * A workload with its inputs, outputs and plan, ready to be verified and then run again and again. Uses workload,
 * verification and timing. Start reading at PreparedWorkload, the interface that the suites time.
 */
package io.deltarule.bench.prepared;
