/** TornadoVM's functions for kernels, computed by Java's own. Uses nothing. */
package uk.ac.manchester.tornado.api.math;
