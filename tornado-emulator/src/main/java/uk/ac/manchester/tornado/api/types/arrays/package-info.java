/**
 * TornadoVM's off-heap arrays. A device's copy of one is an object of the same class with a guard of {@code
 * io.deltarule.emulator.check} before every element. Start with {@link
 * uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray}.
 */
package uk.ac.manchester.tornado.api.types.arrays;
