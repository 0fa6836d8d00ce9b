package io.deltarule.models.format;

import io.deltarule.models.format.weights.StoredTensor;
import io.deltarule.models.format.weights.TensorStore;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** The hash of {@link ModelFolder#fingerprint()}. */
final class Fingerprint {
    private static final long BLOCK = 4096;
    private static final long BLOCKS = 1024;

    private Fingerprint() {}

    static String of(byte[] config, TensorStore folder) {
        MessageDigest hash = sha256();
        hash.update(config);
        List<StoredTensor> tensors = folder.tensors().stream()
                .sorted(Comparator.comparing(StoredTensor::name))
                .toList();
        long bytes = 0;
        for (StoredTensor tensor : tensors) {
            String line = "\n" + tensor.name() + " " + tensor.type() + " " + tensor.shape();
            hash.update(line.getBytes(StandardCharsets.UTF_8));
            bytes += tensor.byteSize();
        }
        sample(hash, folder, tensors, bytes);
        return HexFormat.of().formatHex(hash.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Hashes blocks of all tensors' bytes one after the other, at even distances. */
    private static void sample(MessageDigest hash, TensorStore folder, List<StoredTensor> tensors, long bytes) {
        long step = Math.max(BLOCK, bytes / BLOCKS);
        long begin = 0; // where the tensor starts among all bytes
        long next = 0; // where the next block to hash starts
        for (StoredTensor tensor : tensors) {
            MemorySegment data = folder.tensor(tensor.name());
            long end = begin + data.byteSize();
            while (next < end) {
                long to = Math.min(end, next + BLOCK);
                hash.update(data.asSlice(next - begin, to - next).asByteBuffer());
                // A block is cut off at its tensor's end. Where everything is hashed, the next one starts right there.
                next = step == BLOCK ? to : next + step;
            }
            begin = end;
        }
    }
}
