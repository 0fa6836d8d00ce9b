/** TornadoVM's exceptions. Uses nothing. */
package uk.ac.manchester.tornado.api.exceptions;
