package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.SafetensorsFolder;
import io.deltarule.loader.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** The hash of {@link ModelFolder#fingerprint()}. */
final class Fingerprint {
    private static final long BLOCK = 4096;
    private static final long BLOCKS = 1024;

    private Fingerprint() {}

    static String of(Path config, SafetensorsFolder folder) {
        MessageDigest hash = sha256();
        try {
            hash.update(Files.readAllBytes(config));
        } catch (IOException e) {
            throw new InvalidInputException(config + ": expected to read it but found " + e);
        }
        List<TensorInfo> tensors = folder.tensors().stream()
                .sorted(Comparator.comparing(TensorInfo::name))
                .toList();
        long bytes = 0;
        for (TensorInfo tensor : tensors) {
            String line = "\n" + tensor.name() + " " + tensor.dtype() + " " + Arrays.toString(tensor.shape());
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
    private static void sample(MessageDigest hash, SafetensorsFolder folder, List<TensorInfo> tensors, long bytes) {
        long step = Math.max(BLOCK, bytes / BLOCKS);
        long begin = 0; // where the tensor starts among all bytes
        long next = 0; // where the next block to hash starts
        for (TensorInfo tensor : tensors) {
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
