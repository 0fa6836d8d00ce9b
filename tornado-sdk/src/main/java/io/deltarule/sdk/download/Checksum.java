package io.deltarule.sdk.download;

import io.deltarule.sdk.InvalidOptionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What an archive has to be.
 *
 * @param sha256 64 hexadecimal digits, lower case
 * @param origin who says so, for messages
 */
public record Checksum(String sha256, String origin) {
    private static final int BUFFER = 1 << 16;

    /** The checksum that a user gives with --sha256. */
    public static Checksum given(String text) {
        if (!isSha256(text)) {
            throw new InvalidOptionException(
                    "--sha256: expected 64 hexadecimal digits but found '" + text + "'; sha256sum FILE prints them");
        }
        return new Checksum(text.toLowerCase(Locale.ROOT), "--sha256");
    }

    static boolean isSha256(String text) {
        return text.matches("[0-9a-fA-F]{64}");
    }

    /** Whether a file is the one that is meant. */
    public boolean matches(Path file) throws IOException {
        return sha256.equals(of(file));
    }

    public static String of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has SHA-256", impossible);
        }
    }
}
