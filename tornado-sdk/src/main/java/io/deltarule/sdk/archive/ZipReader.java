package io.deltarule.sdk.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** A zip archive by its central directory, which alone has Unix permissions and links. */
final class ZipReader implements ArchiveReader {
    private static final int OWNER_EXECUTES = 0100;
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;

    private final ZipFile zip;
    private final Enumeration<ZipArchiveEntry> entries;
    private ZipArchiveEntry entry;

    private ZipReader(ZipFile zip) {
        this.zip = zip;
        this.entries = zip.getEntriesInPhysicalOrder();
    }

    static ZipReader open(Path archive) throws IOException {
        try {
            return new ZipReader(ZipFile.builder().setPath(archive).get());
        } catch (IOException | RuntimeException e) {
            throw new DamagedArchiveException("its directory cannot be read (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public Entry next() throws IOException {
        if (!entries.hasMoreElements()) {
            return null;
        }
        entry = entries.nextElement();
        if (!zip.canReadEntryData(entry)) {
            throw new DamagedArchiveException(
                    "'" + entry.getName() + "' is encrypted or packed in a way that is not known");
        }
        int type = entry.getUnixMode() & TYPE;
        Kind kind = entry.isUnixSymlink()
                ? Kind.SYMBOLIC_LINK
                : entry.isDirectory() ? Kind.FOLDER : type == 0 || type == REGULAR ? Kind.FILE : Kind.OTHER;
        String target = kind == Kind.SYMBOLIC_LINK ? zip.getUnixSymlink(entry) : "";
        return new Entry(entry.getName(), kind, target, (entry.getUnixMode() & OWNER_EXECUTES) != 0, entry.getTime());
    }

    @Override
    public InputStream bytes() throws IOException {
        return new Verified(zip.getInputStream(entry), entry);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** Fails at the end if length or CRC are not what the directory says, and never gives more than that length. */
    private static final class Verified extends InputStream {
        private final CheckedInputStream in;
        private final ZipArchiveEntry entry;
        private long left;

        Verified(InputStream in, ZipArchiveEntry entry) {
            this.in = new CheckedInputStream(in, new CRC32());
            this.entry = entry;
            this.left = entry.getSize();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int read = in.read(into, offset, length);
            left -= Math.max(read, 0);
            if (left < 0 || (read < 0 && (left != 0 || in.getChecksum().getValue() != entry.getCrc()))) {
                throw new DamagedArchiveException("'" + entry.getName() + "' has another length or checksum (CRC-32) "
                        + "than the archive's directory says");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
