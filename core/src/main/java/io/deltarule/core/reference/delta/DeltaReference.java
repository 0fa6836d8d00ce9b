package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.StateShape;
import io.deltarule.core.Variant;
import java.util.stream.IntStream;

/** Runs a variant's float64 reference over whole sequences. */
public final class DeltaReference {
    private DeltaReference() {}

    /**
     * Results in float64, row-major.
     *
     * @param o linear read-out [B, T, HV, V]
     * @param oCross selective read-out [B, T, HV, V], null where there are no read queries
     * @param finalState state after the last token [N, HV, K, V]
     */
    @SuppressWarnings("ArrayRecordComponent") // plain numbers handed to the one caller, never shared
    public record Result(double[] o, double[] oCross, double[] finalState) {}

    /** The variant's own rule. */
    public static TokenRule rule(Variant variant) {
        return switch (variant) {
            case DELTA_RULE -> new DeltaRuleReference();
            case GATED_DELTA_RULE -> new GatedDeltaRuleReference();
            case KDA -> new KdaReference();
            case COMBA -> new CombaReference();
            case GDN2 -> new Gdn2Reference();
            case GATED_DELTA_PRODUCT -> new GatedDeltaProductReference();
            case DELTALENS -> new KdaReference(); // its write is KDA's; without a gate α = 1
            case SSD -> new SsdReference();
            case RWKV7 -> new Rwkv7Reference();
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
        if (s.logLinear()) {
            return LevelReference.recurrent(variant, in, scale, LevelStart.NONE);
        }
        DeltaNumbers numbers = DeltaNumbers.of(in, s);
        TokenRule rule = rule(variant);
        return overHeads(numbers, (S, from, to, j, out) -> {
            Token x = new Token(s);
            for (int t = from; t < to; t++) {
                x.load(numbers, t, j);
                rule.update(S, x);
                double[] read = TokenRule.retrieve(S, x.q);
                int at = (t * s.HV() + j) * s.V();
                for (int c = 0; c < s.V(); c++) {
                    out.o()[at + c] = scale * read[c];
                }
                if (s.crossRead()) {
                    System.arraycopy(StateRowRead.read(S, x.r), 0, out.oCross(), at, s.V());
                }
            }
        });
    }

    /** Advances one head's state over tokens [from, to) of the batch, writing its part of o and o_cross. */
    interface HeadRun {
        void run(double[][] S, int from, int to, int valueHead, Result out);
    }

    static Result overHeads(DeltaNumbers in, HeadRun head) {
        DeltaShape s = in.shape();
        int size = Math.multiplyExact(Math.multiplyExact(s.tokens(), s.HV()), s.V());
        StateShape state = s.state();
        int perHead = Math.toIntExact(state.numbersPerHead());
        double[] states = new double[Math.multiplyExact(state.count(), perHead)];
        Result out = new Result(new double[size], s.crossRead() ? new double[size] : null, states);
        int[] ends = in.ends();
        IntStream.range(0, state.count()).parallel().forEach(item -> {
            int sequence = item / s.HV();
            double[][] S = DeltaNumbers.state(in.initialState(), s, item);
            head.run(S, ends[sequence], ends[sequence + 1], item % s.HV(), out);
            for (int i = 0; i < s.K(); i++) {
                System.arraycopy(S[i], 0, states, item * perHead + i * s.V(), s.V());
            }
        });
        return out;
    }
}
