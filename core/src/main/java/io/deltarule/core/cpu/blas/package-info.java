/**
 * Which of OpenBLAS's kernel sets this processor runs fastest: OpenBLAS recognises processors by name, and takes the kernels of
 * an older one for a name that it does not know. Start with {@link io.deltarule.core.cpu.blas.KernelChoice}. {@link
 * io.deltarule.core.cpu.math.OpenBlas} uses it when it opens the library; this package uses nothing of the engine.
 */
package io.deltarule.core.cpu.blas;
