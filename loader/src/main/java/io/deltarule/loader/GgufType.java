package io.deltarule.loader;

import java.util.Arrays;
import java.util.Optional;

/**
 * The types of tensors in GGUF files: blocks of so many neighbouring numbers of a row in so many bytes.
 *
 * <p>Source: {@code ggml.h} and {@code ggml-common.h} of ggml-org/ggml.
 */
public enum GgufType {
    /** IEEE 754 single precision. */
    F32(0, 1, 4),
    /** IEEE 754 half precision. */
    F16(1, 1, 2),
    /** 4 bits and a scale for 32 numbers. */
    Q4_0(2, 32, 18),
    /** 4 bits, a scale and a minimum for 32 numbers. */
    Q4_1(3, 32, 20),
    /** 5 bits and a scale for 32 numbers. */
    Q5_0(6, 32, 22),
    /** 5 bits, a scale and a minimum for 32 numbers. */
    Q5_1(7, 32, 24),
    /** 8 bits and a scale for 32 numbers. */
    Q8_0(8, 32, 34),
    /** 8 bits, a scale and a sum for 32 numbers. */
    Q8_1(9, 32, 36),
    /** 2 bits, scales of scales. */
    Q2_K(10, 256, 84),
    /** 3 bits, scales of scales. */
    Q3_K(11, 256, 110),
    /** 4 bits, scales and minima of 6 bits for 32 numbers each. */
    Q4_K(12, 256, 144),
    /** 5 bits, scales and minima of 6 bits for 32 numbers each. */
    Q5_K(13, 256, 176),
    /** 6 bits, scales of 8 bits for 16 numbers each. */
    Q6_K(14, 256, 210),
    /** 8 bits, for activations. */
    Q8_K(15, 256, 292),
    /** About 2 bits, by a codebook. */
    IQ2_XXS(16, 256, 66),
    /** About 2 bits, by a codebook. */
    IQ2_XS(17, 256, 74),
    /** About 3 bits, by a codebook. */
    IQ3_XXS(18, 256, 98),
    /** About 1.5 bits, by a codebook. */
    IQ1_S(19, 256, 50),
    /** 4 bits of uneven steps and a scale for 32 numbers. */
    IQ4_NL(20, 32, 18),
    /** About 3 bits, by a codebook. */
    IQ3_S(21, 256, 110),
    /** About 2 bits, by a codebook. */
    IQ2_S(22, 256, 82),
    /** 4 bits of uneven steps, scales of scales. */
    IQ4_XS(23, 256, 136),
    /** Signed byte. */
    I8(24, 1, 1),
    /** Signed 16-bit integer. */
    I16(25, 1, 2),
    /** Signed 32-bit integer. */
    I32(26, 1, 4),
    /** Signed 64-bit integer. */
    I64(27, 1, 8),
    /** IEEE 754 double precision. */
    F64(28, 1, 8),
    /** About 1.75 bits, by a codebook. */
    IQ1_M(29, 256, 56),
    /** The upper half of an IEEE 754 single. */
    BF16(30, 1, 2),
    /** Numbers −1, 0 and 1. */
    TQ1_0(34, 256, 54),
    /** Numbers −1, 0 and 1, in 2 bits each. */
    TQ2_0(35, 256, 66),
    /** 4-bit floats with a power of two for 32 numbers. */
    MXFP4(39, 32, 17);

    private final int id;
    private final int block;
    private final int blockBytes;

    GgufType(int id, int block, int blockBytes) {
        this.id = id;
        this.block = block;
        this.blockBytes = blockBytes;
    }

    /** The number that stands for it in files. */
    public int id() {
        return id;
    }

    /** How many numbers a block holds. */
    public int block() {
        return block;
    }

    /** How many bytes a block has. */
    public int blockBytes() {
        return blockBytes;
    }

    /** The type with this number in a file, or nothing where this library knows none. */
    static Optional<GgufType> of(long id) {
        return Arrays.stream(values()).filter(t -> t.id == id).findFirst();
    }
}
