package io.deltarule.models.corpus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The seed of one text of many. */
public final class RowSeed {
    private RowSeed() {}

    /**
     * The first eight bytes of SHA-256 over the user's seed and the text's key: nothing of where, when or beside what it is computed.
     *
     * @param seed the user's, one for the whole corpus
     * @param key the text's own
     */
    public static long of(long seed, String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, seed));
            digest.update(key.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
