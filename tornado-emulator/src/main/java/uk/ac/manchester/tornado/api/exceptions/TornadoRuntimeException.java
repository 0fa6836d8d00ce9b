package uk.ac.manchester.tornado.api.exceptions;

/** A graph, grid or device that cannot be used as asked. */
public class TornadoRuntimeException extends RuntimeException {

    public TornadoRuntimeException(String message) {
        super(message);
    }

    public TornadoRuntimeException(Exception cause) {
        super(cause);
    }
}
