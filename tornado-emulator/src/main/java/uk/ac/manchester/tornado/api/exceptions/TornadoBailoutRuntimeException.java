package uk.ac.manchester.tornado.api.exceptions;

/** A kernel that could not be compiled. TornadoVM throws it where bailing out is off; the emulator never does. */
public class TornadoBailoutRuntimeException extends RuntimeException {

    public TornadoBailoutRuntimeException(String message) {
        super(message);
    }

    public TornadoBailoutRuntimeException(String message, Exception cause) {
        super(message, cause);
    }
}
