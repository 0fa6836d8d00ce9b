/**
 * From a task's method reference to code that can be checked: {@link io.deltarule.emulator.rewrite.KernelProbe} finds the
 * method, {@link io.deltarule.emulator.rewrite.KernelLoader} loads its class a second time, as {@code KernelRewriter} rewrote
 * it, and {@link io.deltarule.emulator.rewrite.KernelCall} calls it as one work-item. Uses {@code check} and {@code grid}.
 * Start with {@code KernelRewriter}.
 */
package io.deltarule.emulator.rewrite;
