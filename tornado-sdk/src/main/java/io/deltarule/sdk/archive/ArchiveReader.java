package io.deltarule.sdk.archive;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The entries of a zip or tar.gz archive one after the other, whatever they hold; {@link Unpacker} decides on them. */
interface ArchiveReader extends Closeable {
    /** What an entry is. */
    enum Kind {
        FILE,
        FOLDER,
        SYMBOLIC_LINK,
        /** A further name of an earlier file of the same archive. */
        HARD_LINK,
        /** Devices, pipes, sparse files. */
        OTHER
    }

    /**
     * One entry.
     *
     * @param name as the archive has it, unchecked
     * @param kind what it is
     * @param target of a link, else empty
     * @param executable whether its owner may execute it
     * @param modifiedMillis when it was changed
     */
    record Entry(String name, Kind kind, String target, boolean executable, long modifiedMillis) {}

    /** The next entry, or null after the last; then the whole archive has been checked as far as its format allows. */
    Entry next() throws IOException;

    /** The bytes of the entry that {@link #next} returned; the stream fails where they do not match their checksum. */
    InputStream bytes() throws IOException;

    /** Opens an archive by what its first bytes are, not by its name. */
    static ArchiveReader open(Path archive) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(archive)) {
            start = in.readNBytes(4);
        }
        if (start.length == 4 && start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4) {
            return ZipReader.open(archive);
        }
        if (start.length >= 2 && start[0] == (byte) 0x1f && start[1] == (byte) 0x8b) {
            return TarReader.open(archive);
        }
        throw new DamagedArchiveException("it is neither a zip nor a tar.gz file");
    }
}
