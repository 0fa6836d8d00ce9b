package io.deltarule.sdk.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.sdk.archive.Archives.Tar;
import io.deltarule.sdk.archive.Archives.Zip;
import io.deltarule.sdk.install.SdkStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that are sound, damaged or made to do harm. */
@DisabledOnOs(OS.WINDOWS)
class UnpackerTest {
    private static final Unpacker.Limits SMALL = new Unpacker.Limits(20, 100_000);

    @TempDir
    Path folder;

    private Path target;

    @BeforeEach
    void inside() throws IOException {
        target = Files.createDirectories(folder.resolve("a/b/target"));
    }

    private void unpack(byte[] archive) throws IOException {
        SdkStore.delete(target);
        Files.createDirectory(target);
        Unpacker.unpack(Files.write(folder.resolve("archive"), archive), target, SMALL, bytes -> {});
    }

    /** Refused as damaged, and nothing stands outside the target. */
    private String refused(byte[] archive) throws IOException {
        String message = assertThrows(DamagedArchiveException.class, () -> unpack(archive))
                .getMessage();
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> strangers = all.filter(p -> !p.startsWith(target) && !target.startsWith(p))
                    .filter(p -> !p.equals(folder.resolve("archive")))
                    .toList();
            assertEquals(List.of(), strangers);
        }
        return message;
    }

    @Test
    void keepsExecutableBitsAndLinksInsideTheFolder() throws Exception {
        unpack(new Tar()
                .folder("sdk")
                .file("sdk/bin/tornado", "run", 0104777) // set-user-id and writable by all
                .file("./sdk/lib/libx.so.1", "library")
                .symbolicLink("sdk/lib/libx.so", "libx.so.1")
                .symbolicLink("sdk/bin/lib", "../lib")
                .hardLink("sdk/lib/again", "sdk/lib/libx.so.1")
                .done());
        assertEquals("rwxr-xr-x", permissions("sdk/bin/tornado"));
        assertEquals("rw-r--r--", permissions("sdk/lib/libx.so.1"));
        assertEquals(
                "libx.so.1",
                Files.readSymbolicLink(target.resolve("sdk/lib/libx.so")).toString());
        assertEquals("library", Files.readString(target.resolve("sdk/bin/lib/libx.so")));
        assertEquals("library", Files.readString(target.resolve("sdk/lib/again")));
        assertFalse(Files.isSymbolicLink(target.resolve("sdk/lib/again")));
    }

    @Test
    void zipKeepsThemToo() throws Exception {
        unpack(new Zip()
                .file("sdk/bin/tornado", "run", 0100755)
                .file("sdk/lib/libx.so.1", "library")
                .file("sdk/lib/libx.so", "libx.so.1", 0120777)
                .done());
        assertEquals("rwxr-xr-x", permissions("sdk/bin/tornado"));
        assertEquals("library", Files.readString(target.resolve("sdk/lib/libx.so")));
        assertTrue(Files.isSymbolicLink(target.resolve("sdk/lib/libx.so")));
    }

    private String permissions(String name) throws IOException {
        return java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(target.resolve(name)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../out",
                "sdk/../../out",
                "/out",
                "sdk/..",
                "sdk\\..\\..\\out",
                "C:out",
                "sdk/a\u0001b",
                "sdk/x:stream"
            })
    void namesThatLeadOutAreRefused(String name) throws Exception {
        assertTrue(
                refused(new Tar().file("sdk/ok", "").file(name, "harm").done()).contains("the name '"));
        assertTrue(
                refused(new Zip().file("sdk/ok", "").file(name, "harm").done()).contains("the name '"));
    }

    @Test
    void anAbsoluteNameIsRefusedEvenIntoTheFolder() throws Exception {
        assertTrue(refused(new Zip().file(target.resolve("x").toString(), "").done())
                .contains("absolute"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../../out", "../..", "sdk/../../../out", ""})
    void linksThatLeadOutAreRefused(String where) throws Exception {
        refused(new Tar().file("sdk/ok", "").symbolicLink("sdk/link", where).done());
        refused(new Tar().file("sdk/ok", "").hardLink("sdk/link", where).done());
        if (!where.isEmpty()) {
            refused(new Zip()
                    .file("sdk/ok", "")
                    .file("sdk/link", where, 0120777)
                    .done());
        }
    }

    @Test
    void aLinkThatLeadsOutThroughAnotherIsRefused() throws Exception {
        // By its name "d/e/up/../x" is inside; by way of the first link it is not.
        Files.writeString(folder.resolve("a/b/x"), "of the user");
        byte[] archive = new Tar()
                .folder("d/e")
                .file("d/e/x", "")
                .symbolicLink("d/e/up", "../..")
                .symbolicLink("link", "d/e/up/../x")
                .done();
        assertTrue(assertThrows(DamagedArchiveException.class, () -> unpack(archive))
                .getMessage()
                .contains("leads to"));
    }

    @Test
    void nothingIsWrittenThroughALink() throws Exception {
        assertTrue(refused(new Tar()
                        .symbolicLink("sdk/link", ".")
                        .file("sdk/link/file", "harm")
                        .done())
                .contains("below something that is no folder"));
        assertTrue(refused(new Zip()
                        .file("link", "..", 0120777)
                        .file("link/file", "harm")
                        .done())
                .contains("below something"));
        assertTrue(refused(new Tar()
                        .file("sdk/file", "")
                        .file("sdk/file/below", "")
                        .done())
                .contains("below something"));
    }

    @Test
    void aLinkToNothingIsRefused() throws Exception {
        assertTrue(refused(new Tar().symbolicLink("sdk/link", "absent").done()).contains("leads nowhere"));
        assertTrue(refused(new Tar().symbolicLink("sdk/link", "link").done()).contains("leads nowhere"));
    }

    @Test
    void theSameNameTwiceIsRefused() throws Exception {
        assertTrue(
                refused(new Tar().file("sdk/x", "1").file("sdk/x", "2").done()).contains("twice"));
        assertTrue(refused(new Tar().file("sdk/x", "1").file("sdk/./X", "2").done())
                .contains("twice"));
        assertTrue(
                refused(new Zip().file("sdk/x", "1").file("sdk//x", "2").done()).contains("twice"));
        assertTrue(
                refused(new Tar().file("sdk/x", "1").symbolicLink("sdk/x", "y").done())
                        .contains("twice"));
    }

    @ParameterizedTest
    @ValueSource(bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO})
    void devicesAndPipesAreRefused(byte type) throws Exception {
        assertTrue(refused(new Tar().special("sdk/dev", type, "").done()).contains("neither a file"));
    }

    @Test
    void aPipeInAZipIsRefused() throws Exception {
        assertTrue(refused(new Zip().file("sdk/pipe", "", 0010644).done()).contains("neither a file"));
    }

    @Test
    void tooMuchIsRefused() throws Exception {
        String megabyte = "0".repeat(1 << 20);
        assertTrue(refused(new Tar().file("sdk/bomb", megabyte).done()).contains("more than"));
        assertTrue(refused(new Zip().file("sdk/bomb", megabyte).done()).contains("more than"));
        assertTrue(Files.size(target.resolve("sdk/bomb")) <= SMALL.bytes());
        Tar many = new Tar();
        for (int i = 0; i < 30; i++) {
            many.file("sdk/" + i, "");
        }
        assertTrue(refused(many.done()).contains("entries"));
        Tar copies = new Tar().file("sdk/one", "0".repeat(60_000));
        assertTrue(refused(copies.hardLink("sdk/two", "sdk/one").done()).contains("more than"));
    }

    @Test
    void everyTruncationIsNoticed() throws Exception {
        byte[] zip = Archives.sdk("5.2.0-jdk25", "opencl");
        byte[] gzip =
                new Tar().file("sdk/a", "abc".repeat(1000)).file("sdk/b", "").done();
        for (byte[] whole : List.of(zip, gzip)) {
            for (int length = 0; length < whole.length; length += Math.max(1, whole.length / 37)) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThrows(DamagedArchiveException.class, () -> unpack(cut), "cut after " + length);
            }
            byte[] last = Arrays.copyOf(whole, whole.length - 1);
            assertThrows(DamagedArchiveException.class, () -> unpack(last));
        }
    }

    @Test
    void changedContentIsNoticed() throws Exception {
        String text = "some text that deflate stores nearly as it is: q8#fj2!";
        byte[] zip = new Zip().file("sdk/file", text).done();
        int at = new String(zip, StandardCharsets.ISO_8859_1).indexOf("sdk/file") + "sdk/file".length() + 30;
        zip[at] ^= 4;
        assertThrows(DamagedArchiveException.class, () -> unpack(zip));

        byte[] gzip = new Tar().file("sdk/file", text).done();
        gzip[gzip.length - 6] ^= 1; // in gzip's checksum
        assertThrows(DamagedArchiveException.class, () -> unpack(gzip));
    }

    @Test
    void somethingElseIsNoArchive() throws Exception {
        assertTrue(refused("<html>not found</html>".getBytes(StandardCharsets.UTF_8))
                .contains("neither a zip nor a tar.gz"));
        assertTrue(refused(new byte[0]).contains("neither a zip nor a tar.gz"));
        assertThrows(
                DamagedArchiveException.class,
                () -> unpack("PK\3\4 but then rubbish".getBytes(StandardCharsets.UTF_8)));
    }
}
