/**
 * Callers' numbers as worker threads see them: a tensor's rows of one head, some of V's columns, the states of a run where
 * they lie. Everything is copied to and from scratch in {@code core.cpu.math}'s matrices but states that can be updated in
 * place. Start at {@link io.deltarule.core.cpu.memory.RowView}.
 */
package io.deltarule.core.cpu.memory;
