package io.deltarule.sdk.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Makes archives, also such as nobody should make. */
public final class Archives {
    public static final String NAME = "tornadovm-5.2.0-jdk25-opencl";
    static final String TEMPLATE = """
            # made of ${TORNADOVM_HOME}
            -Djava.library.path=${TORNADOVM_HOME}/lib
            --module-path .:${TORNADOVM_HOME}/share/java/tornado
            --upgrade-module-path ${TORNADOVM_HOME}/share/java/graalJars
            --add-exports=a/b=c
            """;

    private Archives() {}

    /** A tar.gz, entry by entry. */
    static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream tar;

        Tar() {
            try {
                tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes), "UTF-8");
                tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public Tar file(String name, String content, int mode) throws IOException {
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry(name, true);
            entry.setSize(data.length);
            entry.setMode(mode);
            tar.putArchiveEntry(entry);
            tar.write(data);
            tar.closeArchiveEntry();
            return this;
        }

        public Tar file(String name, String content) throws IOException {
            return file(name, content, 0100644);
        }

        Tar folder(String name) throws IOException {
            tar.putArchiveEntry(new TarArchiveEntry(name + "/", true));
            tar.closeArchiveEntry();
            return this;
        }

        /** A link, a device or a pipe, by tar's type. */
        Tar special(String name, byte type, String target) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setLinkName(target);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
            return this;
        }

        Tar symbolicLink(String name, String target) throws IOException {
            return special(name, TarConstants.LF_SYMLINK, target);
        }

        Tar hardLink(String name, String target) throws IOException {
            return special(name, TarConstants.LF_LINK, target);
        }

        public byte[] done() throws IOException {
            tar.close();
            return bytes.toByteArray();
        }
    }

    /** A zip, entry by entry. */
    public static final class Zip {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream((OutputStream) bytes);

        public Zip file(String name, String content, int mode) throws IOException {
            ZipArchiveEntry entry = new ZipArchiveEntry(name);
            entry.setUnixMode(mode);
            zip.putArchiveEntry(entry);
            zip.write(content.getBytes(StandardCharsets.UTF_8));
            zip.closeArchiveEntry();
            return this;
        }

        public Zip file(String name, String content) throws IOException {
            return file(name, content, 0100644);
        }

        public byte[] done() throws IOException {
            zip.close();
            return bytes.toByteArray();
        }
    }

    /** The least that counts as an SDK, packed as the releases are: no folders, no expanded argument file. */
    public static byte[] sdk(String version, String backend) throws IOException {
        String name = "tornadovm-" + version + "-" + backend + "/";
        return new Zip()
                .file(name + "bin/tornado", "#!/bin/sh\n", 0100755)
                .file(name + "etc/tornado.release", "version=" + version + "\nbranch=UNKNOWN\n")
                .file(name + "etc/tornado.backend", "tornado.backends=" + backend + "-backend\n")
                .file(name + "tornado-argfile.template", TEMPLATE)
                .file(name + "lib/libtornado-" + backend + ".so", "x".repeat(50_000))
                .done();
    }
}
