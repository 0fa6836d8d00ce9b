/** TornadoVM's annotations of kernels without a context. Uses nothing. */
package uk.ac.manchester.tornado.api.annotations;
