package uk.ac.manchester.tornado.api.exceptions;

/** Thrown by the closing of an execution plan. */
public class TornadoExecutionPlanException extends Exception {

    public TornadoExecutionPlanException(String message) {
        super(message);
    }

    public TornadoExecutionPlanException(String message, Throwable cause) {
        super(message, cause);
    }
}
