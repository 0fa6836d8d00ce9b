package io.deltarule.sdk.archive;

import java.io.IOException;

/** An archive that is damaged or made to do harm; the message completes "the archive cannot be used: ". */
public final class DamagedArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedArchiveException(String message) {
        super(message);
    }

    public DamagedArchiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
