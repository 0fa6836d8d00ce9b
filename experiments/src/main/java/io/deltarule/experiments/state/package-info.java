/**
 * Laws of one state, with nothing trained: what is written over, what noise leaves of one association, and how clean a read
 * is. Keys and values are random and given; every read is one of the library's operations.
 *
 * <pre>
 *   Overwrite, Needle, RetrievalSnr (experiments) → Episode (what is written and asked) → StateRun (an engine's plan of a
 *   WriteRule) → numbers that StateLaws predicts
 * </pre>
 *
 * <p>Start reading at Needle.
 */
package io.deltarule.experiments.state;
