package io.deltarule.core.reference;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.stream.IntStream;

/** Runs a variant's float64 reference over whole sequences. */
public final class DeltaReference {
    private DeltaReference() {}

    /**
     * Results in float64, row-major.
     *
     * @param o read-out [B, T, HV, V]
     * @param finalState state after the last token [N, HV, K, V]
     */
    @SuppressWarnings("ArrayRecordComponent") // plain numbers handed to the one caller, never shared
    public record Result(double[] o, double[] finalState) {}

    private static TokenRule rule(Variant variant) {
        return switch (variant) {
            case DELTA_RULE -> new DeltaRuleReference();
            case GATED_DELTA_RULE -> new GatedDeltaRuleReference();
            case KDA -> new KdaReference();
            case COMBA -> new CombaReference();
            case GDN2 -> new Gdn2Reference();
            case GATED_DELTA_PRODUCT -> new GatedDeltaProductReference();
        };
    }

    /**
     * Token by token, the way the variant's paper writes it; o_t = scale · S_tᵀ q_t.
     *
     * @param variant which member of the family
     * @param in its tensors
     * @param scale what the read-out is multiplied by
     * @return outputs in float64
     * @throws io.deltarule.core.InvalidInputException if the tensors do not fit
     */
    public static Result recurrent(Variant variant, DeltaInputs in, double scale) {
        DeltaShape s = in.validate(variant);
        TokenRule rule = rule(variant);
        return overHeads(s, in, (S, from, to, j, o) -> {
            Token x = new Token(s);
            for (int t = from; t < to; t++) {
                x.load(in, s, t, j);
                rule.update(S, x);
                double[] read = TokenRule.retrieve(S, x.q);
                int at = (t * s.HV() + j) * s.V();
                for (int c = 0; c < s.V(); c++) {
                    o[at + c] = scale * read[c];
                }
            }
        });
    }

    /** Advances one head's state over tokens [from, to) of the batch, writing its part of o. */
    interface HeadRun {
        void run(double[][] S, int from, int to, int valueHead, double[] o);
    }

    static Result overHeads(DeltaShape s, DeltaInputs in, HeadRun head) {
        double[] o = new double[Math.multiplyExact(Math.multiplyExact(s.tokens(), s.HV()), s.V())];
        int perHead = Math.multiplyExact(s.K(), s.V());
        double[] states = new double[Math.multiplyExact(Math.multiplyExact(s.sequences(), s.HV()), perHead)];
        int[] ends = in.boundaries(s);
        Tensor initial = in.initialState();
        IntStream.range(0, s.sequences() * s.HV()).parallel().forEach(item -> {
            int sequence = item / s.HV();
            double[][] S = new double[s.K()][s.V()];
            for (int i = 0; i < perHead; i++) {
                S[i / s.V()][i % s.V()] = initial == null ? 0 : initial.get((long) item * perHead + i);
            }
            head.run(S, ends[sequence], ends[sequence + 1], item % s.HV(), o);
            for (int i = 0; i < s.K(); i++) {
                System.arraycopy(S[i], 0, states, item * perHead + i * s.V(), s.V());
            }
        });
        return new Result(o, states);
    }
}
