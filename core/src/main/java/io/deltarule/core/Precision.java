package io.deltarule.core;

import java.util.Arrays;
import java.util.stream.Collectors;

/** In what numbers an engine takes the products of the chunkwise form. States and results are float32 whatever it is. */
public enum Precision {
    /** Float32 throughout (float64 in engine reference). */
    FLOAT32("float32"),
    /** Scores, solve and read-outs of operands rounded to bfloat16, sums in float32: a relative error of about 2^-9 an operand. */
    TENSOR("tensor"),
    /** The same of operands that are the sum of two bfloat16 numbers: about 2^-16, and three times the products. */
    TENSOR_SPLIT("tensor2");

    private final String id;

    Precision(String id) {
        this.id = id;
    }

    /** The name used on the command line. */
    public String id() {
        return id;
    }

    /**
     * The one of that name.
     *
     * @throws InvalidInputException if there is none
     */
    public static Precision of(String id) {
        return Arrays.stream(values())
                .filter(each -> each.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("precision: expected "
                        + Arrays.stream(values()).map(Precision::id).collect(Collectors.joining(", "))
                        + " but found '" + id + "'"));
    }
}
