/** TornadoVM's devices, and the functional interfaces that kernels are given as. Uses the API's {@code enums}. */
package uk.ac.manchester.tornado.api.common;
