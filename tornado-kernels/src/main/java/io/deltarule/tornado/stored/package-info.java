/**
 * Numbers of 16 bits on a device. Kernels are written once, for arrays of float32; where a launch gives one an array of 16-bit numbers
 * in the place of such an array, {@link io.deltarule.tornado.stored.KernelForms} makes the form of the kernel that reads and writes it
 * so, when the plan is built. Below a kernel's reads and writes everything is float32.
 */
package io.deltarule.tornado.stored;
