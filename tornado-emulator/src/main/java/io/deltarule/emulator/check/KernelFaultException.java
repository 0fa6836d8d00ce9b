package io.deltarule.emulator.check;

import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * A kernel did what no device defines: the message says what, to which array and index, by which work-item, at which
 * line of the kernel.
 */
public final class KernelFaultException extends TornadoRuntimeException {

    public KernelFaultException(String message, Throwable cause) {
        super(message);
        if (cause != null) {
            initCause(cause);
        }
    }
}
