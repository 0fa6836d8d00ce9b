package io.deltarule.sdk.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/**
 * What has come of a download so far, and what identifies the version of the file that it is a part of. Without such a
 * mark (a strong ETag or a date) a part is worth nothing: the rest might be of another file.
 */
public final class PartialFile {
    private final Path bytes;
    private final Path mark;

    /**
     * @param folder where it lies
     * @param name of the whole file
     */
    public PartialFile(Path folder, String name) {
        this.bytes = folder.resolve(name + ".part");
        this.mark = folder.resolve(name + ".part.properties");
    }

    public Path path() {
        return bytes;
    }

    /** How many bytes are there that can be continued from the address; 0 if none. */
    long usable(URI address) throws IOException {
        return Files.exists(bytes)
                        && get("address").equals(address.toString())
                        && !validator().isEmpty()
                ? Files.size(bytes)
                : 0;
    }

    /** For If-Range: the strong ETag, else the date; empty if the server gave neither. */
    String validator() throws IOException {
        String tag = get("etag");
        return tag.startsWith("\"") ? tag : get("last-modified");
    }

    /** Whether a response is about the version that this is a part of, as far as it says so. */
    boolean agrees(HttpHeaders headers) throws IOException {
        return same("etag", headers, "etag") && same("last-modified", headers, "last-modified");
    }

    private boolean same(String key, HttpHeaders headers, String header) throws IOException {
        String found = headers.firstValue(header).orElse("");
        return found.isEmpty() || get(key).isEmpty() || found.equals(get(key));
    }

    /** The whole file's length, or -1 if it is not known. */
    long length() throws IOException {
        String text = get("length");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    /** Begins anew with another version; the mark is written before any byte that it stands for. */
    void restart(URI address, HttpHeaders headers, long length) throws IOException {
        discard();
        Properties values = new Properties();
        values.setProperty("address", address.toString());
        values.setProperty("etag", headers.firstValue("etag").orElse(""));
        values.setProperty("last-modified", headers.firstValue("last-modified").orElse(""));
        values.setProperty("length", Long.toString(length));
        Path beside = mark.resolveSibling(mark.getFileName() + ".new");
        try (OutputStream out = Files.newOutputStream(beside)) {
            values.store(out, null);
        }
        Files.move(beside, mark, StandardCopyOption.REPLACE_EXISTING);
    }

    public void discard() throws IOException {
        Files.deleteIfExists(bytes);
        Files.deleteIfExists(mark);
    }

    private String get(String key) throws IOException {
        Properties values = new Properties();
        if (Files.exists(mark)) {
            try (InputStream in = Files.newInputStream(mark)) {
                values.load(in);
            } catch (IllegalArgumentException broken) {
                return "";
            }
        }
        return values.getProperty(key, "");
    }
}
