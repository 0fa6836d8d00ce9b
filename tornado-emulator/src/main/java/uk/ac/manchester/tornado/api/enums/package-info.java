/** TornadoVM's constants: transfer modes, backends, kinds of devices. Uses nothing. */
package uk.ac.manchester.tornado.api.enums;
