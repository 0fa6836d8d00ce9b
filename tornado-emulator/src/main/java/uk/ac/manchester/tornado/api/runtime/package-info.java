/** Where TornadoVM's runtime is found: here one backend with one device, the emulated one. */
package uk.ac.manchester.tornado.api.runtime;
