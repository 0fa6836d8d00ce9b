/** TornadoVM's half-precision number. Uses nothing. */
package uk.ac.manchester.tornado.api.types;
