package uk.ac.manchester.tornado.api.exceptions;

/** No device has the index asked for. */
public class TornadoDeviceNotFound extends TornadoRuntimeException {

    public TornadoDeviceNotFound(String message) {
        super(message);
    }
}
