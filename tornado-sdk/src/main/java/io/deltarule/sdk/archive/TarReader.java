package io.deltarule.sdk.archive;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A tar.gz archive; gzip's own length and CRC are checked when its end is reached. */
final class TarReader implements ArchiveReader {
    private static final int OWNER_EXECUTES = 0100;
    private static final int BUFFER = 1 << 16;

    private final InputStream unpacked;
    private final TarArchiveInputStream tar;

    private TarReader(InputStream unpacked) {
        this.unpacked = unpacked;
        this.tar = new TarArchiveInputStream(unpacked, "UTF-8");
    }

    static TarReader open(Path archive) throws IOException {
        InputStream file = new BufferedInputStream(Files.newInputStream(archive), BUFFER);
        try {
            return new TarReader(new GZIPInputStream(file, BUFFER));
        } catch (IOException e) {
            file.close();
            throw new DamagedArchiveException("its gzip header cannot be read (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public Entry next() throws IOException {
        TarArchiveEntry entry;
        try {
            entry = tar.getNextEntry();
        } catch (IllegalArgumentException e) {
            throw new DamagedArchiveException("an entry cannot be read (" + e.getMessage() + ")", e);
        }
        if (entry == null) {
            // Whatever tar ignores behind its end still has to be sound gzip.
            unpacked.transferTo(OutputStream.nullOutputStream());
            return null;
        }
        Kind kind = entry.isSymbolicLink()
                ? Kind.SYMBOLIC_LINK
                : entry.isLink()
                        ? Kind.HARD_LINK
                        : entry.isDirectory()
                                ? Kind.FOLDER
                                : entry.isFile() && !entry.isSparse() && !special(entry) ? Kind.FILE : Kind.OTHER;
        String target = entry.getLinkName() == null ? "" : entry.getLinkName();
        return new Entry(
                entry.getName(),
                kind,
                target,
                (entry.getMode() & OWNER_EXECUTES) != 0,
                entry.getLastModifiedTime().toMillis());
    }

    private static boolean special(TarArchiveEntry entry) {
        return entry.isBlockDevice() || entry.isCharacterDevice() || entry.isFIFO();
    }

    @Override
    public InputStream bytes() {
        return new FilterInputStream(tar) { // it ends where the entry ends
            @Override
            public void close() {
                // the archive goes on
            }
        };
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
