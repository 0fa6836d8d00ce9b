/**
 * Other people's programs that are measured beside ours: how one is started, and what it says. Uses timing. Start reading at
 * LlamaBench.
 */
package io.deltarule.bench.peer;
