package io.deltarule.core.layer;

import java.lang.foreign.MemorySegment;

/**
 * How a weight's numbers are stored, little-endian: each for itself, or neighbours of a row in blocks that share scales. The
 * value of a stored number is a float32: exactly what the format's definition gives, or that rounded once.
 *
 * <p>Blocks are those of GGUF files (Source: {@code ggml-common.h} and {@code ggml-quants.c} of ggml-org/ggml). d and m are
 * half precision numbers, q what is stored of a number:
 *
 * <pre>
 *   Q8_0   32 numbers   d q               q of 8 bits, signed
 *   Q4_0   32 numbers   d (q − 8)         q of 4 bits
 *   Q4_K  256 numbers   d s q − m t       q of 4 bits; s, t of 6 bits for every 32
 *   Q5_K  256 numbers   d s q − m t       q of 5 bits; s, t of 6 bits for every 32
 *   Q6_K  256 numbers   d s (q − 32)      q of 6 bits; s of 8 bits, signed, for every 16
 * </pre>
 */
public enum WeightType {
    /** IEEE 754 single precision. */
    F32(1, Float.BYTES),
    /** The upper half of an IEEE 754 single. */
    BF16(1, Short.BYTES),
    /** IEEE 754 half precision. */
    F16(1, Short.BYTES),
    /** 8 bits and a scale for 32 numbers. */
    Q8_0(32, 34),
    /** 4 bits and a scale for 32 numbers. */
    Q4_0(32, 18),
    /** 4 bits, 8 scales and minima for 256 numbers. */
    Q4_K(256, 144),
    /** 5 bits, 8 scales and minima for 256 numbers. */
    Q5_K(256, 176),
    /** 6 bits, 16 scales for 256 numbers. */
    Q6_K(256, 210),
    /** 8-bit float, 4 exponent and 3 mantissa bits, no infinities; {@link BlockScales} multiply it. */
    F8_E4M3(1, 1);

    private final int block;
    private final int blockBytes;

    WeightType(int block, int blockBytes) {
        this.block = block;
        this.blockBytes = blockBytes;
    }

    /** How many numbers of a row are stored together; rows are whole blocks. */
    public int block() {
        return block;
    }

    /** How many bytes such a block has. */
    public int blockBytes() {
        return blockBytes;
    }

    /** The bytes of so many numbers, a multiple of {@link #block()}. */
    public long bytes(long numbers) {
        return numbers / block * blockBytes;
    }

    /**
     * The values of one block.
     *
     * @param data holds it
     * @param at where it begins, in bytes
     * @param to overwritten
     * @param toAt where the first of {@link #block()} values goes
     */
    public void read(MemorySegment data, long at, float[] to, int toAt) {
        StoredBlocks.read(this, data, at, to, toAt);
    }
}
