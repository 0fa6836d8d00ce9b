package io.deltarule.core.cpu;

import io.deltarule.core.layer.WeightType;
import org.openjdk.jmh.annotations.Param;

/** A projection of one token, as in decoding, and of many. */
public class LinearBenchmark extends HotPartBenchmark {
    /** How the weights are stored. */
    @Param({"BF16", "F32"})
    public WeightType type;

    /** Rows of x. */
    @Param({"1", "512"})
    public int tokens;

    /** Width of x. */
    @Param("1024")
    public int inputs;

    /** Width of y. */
    @Param("3584")
    public int outputs;

    @Override
    HotPart part() {
        return new LinearPart(type, tokens, inputs, outputs);
    }
}
