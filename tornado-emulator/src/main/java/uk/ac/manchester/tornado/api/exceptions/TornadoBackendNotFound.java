package uk.ac.manchester.tornado.api.exceptions;

/** No backend has the index asked for. */
public class TornadoBackendNotFound extends TornadoRuntimeException {

    public TornadoBackendNotFound(String message) {
        super(message);
    }
}
