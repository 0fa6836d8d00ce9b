package uk.ac.manchester.tornado.api.exceptions;

/** A task that cannot be added to its graph. */
public class TornadoTaskRuntimeException extends RuntimeException {

    public TornadoTaskRuntimeException(String message) {
        super(message);
    }

    public TornadoTaskRuntimeException(String message, Exception cause) {
        super(message, cause);
    }
}
