package io.deltarule.bench.sdk;

import java.io.IOException;

/** An archive that is damaged or made to do harm; the message completes "the archive cannot be used: ". */
final class DamagedArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedArchiveException(String message) {
        super(message);
    }

    DamagedArchiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
