package uk.ac.manchester.tornado.api.exceptions;

/** A device's memory is exhausted. */
public class TornadoOutOfMemoryException extends RuntimeException {

    public TornadoOutOfMemoryException(String message) {
        super(message);
    }
}
