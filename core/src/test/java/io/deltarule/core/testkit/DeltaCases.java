package io.deltarule.core.testkit;

import static io.deltarule.core.Gate.CHANNEL;
import static io.deltarule.core.Gate.NONE;
import static io.deltarule.core.Gate.SCALAR;
import static io.deltarule.core.Variant.COMBA;
import static io.deltarule.core.Variant.DELTALENS;
import static io.deltarule.core.Variant.DELTA_RULE;
import static io.deltarule.core.Variant.GATED_DELTA_PRODUCT;
import static io.deltarule.core.Variant.GATED_DELTA_RULE;
import static io.deltarule.core.Variant.GDN2;
import static io.deltarule.core.Variant.KDA;
import static io.deltarule.core.Variant.RWKV7;
import static io.deltarule.core.Variant.SSD;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.Input;
import java.util.List;

/**
 * The rows of the shared tests. A new variant adds its rows here and is then tested on every engine.
 *
 * <p>Shapes have K ≠ V, H ≠ HV, lengths off every chunk size, a nonzero initial state.
 */
public final class DeltaCases {
    private DeltaCases() {}

    /** One small case per variant and gate: what even an emulated device runs in a moment. */
    public static List<DeltaCase> small() {
        return List.of(
                DeltaCase.of(DELTA_RULE, NONE, 1, 37, 1, 2, 16, 24, 1),
                DeltaCase.of(DELTA_RULE, NONE, 1, 37, 1, 1, 24, 16, 1).withBeta(2),
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 2, 21, 1, 2, 16, 20, 1),
                DeltaCase.of(KDA, CHANNEL, 1, 37, 1, 2, 20, 16, 1),
                DeltaCase.of(COMBA, SCALAR, 1, 33, 1, 2, 16, 8, 1),
                DeltaCase.of(GDN2, CHANNEL, 1, 33, 1, 2, 16, 12, 1),
                DeltaCase.of(GATED_DELTA_PRODUCT, NONE, 1, 19, 1, 2, 16, 12, 2),
                DeltaCase.of(GATED_DELTA_PRODUCT, SCALAR, 1, 15, 1, 2, 12, 16, 3),
                DeltaCase.of(GATED_DELTA_PRODUCT, CHANNEL, 1, 17, 1, 2, 16, 12, 2),
                DeltaCase.of(DELTALENS, NONE, 1, 37, 1, 2, 16, 24, 1),
                DeltaCase.of(DELTALENS, SCALAR, 2, 21, 1, 2, 20, 16, 1),
                DeltaCase.of(DELTALENS, CHANNEL, 1, 37, 1, 2, 16, 12, 1),
                DeltaCase.of(SSD, NONE, 1, 37, 1, 2, 16, 24, 1),
                DeltaCase.of(SSD, SCALAR, 2, 21, 1, 2, 16, 20, 1).withBeta(3),
                DeltaCase.of(SSD, CHANNEL, 1, 37, 1, 2, 20, 16, 1),
                DeltaCase.of(RWKV7, CHANNEL, 1, 21, 1, 2, 16, 12, 2));
    }

    /** Edges: no tokens, one token, one channel, empty sequences, decays that underflow. */
    public static List<DeltaCase> edges() {
        return List.of(
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 1, 0, 1, 2, 8, 4, 1),
                DeltaCase.of(KDA, CHANNEL, 2, 1, 1, 2, 8, 4, 1),
                DeltaCase.of(DELTA_RULE, NONE, 1, 5, 1, 1, 1, 1, 1),
                DeltaCase.of(KDA, CHANNEL, 1, 18, 1, 1, 1, 3, 1),
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 1, 1, 1, 1, 16, 8, 1).packed(0, 17, 0, 1, 16, 0),
                DeltaCase.of(KDA, CHANNEL, 1, 1, 1, 2, 16, 8, 1).packed(3, 0, 33),
                DeltaCase.of(GATED_DELTA_PRODUCT, SCALAR, 1, 1, 1, 1, 8, 8, 3).packed(0, 11, 1),
                DeltaCase.of(GATED_DELTA_PRODUCT, CHANNEL, 1, 1, 1, 2, 8, 12, 3).packed(0, 11, 1),
                DeltaCase.of(GATED_DELTA_PRODUCT, CHANNEL, 1, 15, 1, 1, 16, 8, 3)
                        .withDecay(30),
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 1, 35, 1, 1, 20, 8, 1).withDecay(50),
                DeltaCase.of(KDA, CHANNEL, 1, 35, 1, 1, 16, 8, 1).withDecay(30),
                DeltaCase.of(KDA, CHANNEL, 1, 35, 1, 1, 20, 8, 1).withDecay(1000),
                DeltaCase.of(GDN2, CHANNEL, 1, 35, 1, 1, 16, 8, 1).withDecay(30),
                DeltaCase.of(DELTALENS, CHANNEL, 1, 35, 1, 1, 16, 8, 1).withDecay(30),
                DeltaCase.of(DELTALENS, SCALAR, 1, 1, 1, 2, 16, 8, 1).packed(3, 0, 33, 1),
                DeltaCase.of(DELTALENS, NONE, 1, 5, 1, 1, 1, 1, 1),
                DeltaCase.of(DELTALENS, SCALAR, 1, 33, 1, 1, 16, 8, 1).withCrossRead(1000),
                DeltaCase.of(GATED_DELTA_PRODUCT, SCALAR, 1, 11, 1, 2, 8, 12, 3).withCrossRead(1),
                DeltaCase.of(GDN2, CHANNEL, 1, 20, 1, 2, 12, 8, 1).withCrossRead(1),
                DeltaCase.of(SSD, SCALAR, 1, 1, 1, 2, 16, 8, 1).packed(0, 17, 0, 1, 16, 0),
                DeltaCase.of(SSD, SCALAR, 1, 35, 1, 1, 20, 8, 1).withDecay(50),
                DeltaCase.of(SSD, CHANNEL, 1, 35, 1, 1, 20, 8, 1).withDecay(1000),
                DeltaCase.of(SSD, CHANNEL, 1, 20, 1, 2, 12, 8, 1).withCrossRead(1),
                DeltaCase.of(RWKV7, CHANNEL, 1, 1, 1, 2, 8, 12, 2).packed(0, 18, 1),
                DeltaCase.of(RWKV7, CHANNEL, 1, 15, 1, 1, 16, 8, 2).withDecay(30));
    }

    /** A case's inputs with nothing written and one β: all that happens to the state is that it is erased. */
    public static DeltaInputs erasing(DeltaCase c, float beta) {
        DeltaInputs in = c.inputs();
        in.get(Input.V).fill(0);
        in.get(Input.BETA).fill(beta);
        return in;
    }

    /** The selective read over every write, packed, grouped, sharp and strongly decayed; for engines that run at speed. */
    public static List<DeltaCase> selectiveReads() {
        return List.of(
                DeltaCase.of(DELTA_RULE, NONE, 2, 149, 1, 2, 40, 24, 1)
                        .withBeta(2)
                        .withCrossRead(1),
                DeltaCase.of(DELTA_RULE, NONE, 1, 70, 1, 1, 33, 17, 1).withCrossRead(1000),
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 1, 1, 2, 6, 32, 24, 1)
                        .packed(65, 0, 130, 1, 16)
                        .withCrossRead(1),
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 1, 90, 1, 1, 64, 48, 1)
                        .withDecay(50)
                        .withCrossRead(30),
                DeltaCase.of(KDA, CHANNEL, 1, 1, 2, 4, 24, 40, 1)
                        .packed(130, 1, 0, 67)
                        .withCrossRead(1),
                DeltaCase.of(KDA, CHANNEL, 1, 150, 1, 2, 64, 33, 1).withCrossRead(1000),
                DeltaCase.of(KDA, CHANNEL, 1, 90, 1, 1, 17, 20, 1)
                        .withDecay(1000)
                        .withCrossRead(10),
                DeltaCase.of(COMBA, SCALAR, 1, 133, 2, 4, 32, 20, 1).withCrossRead(1),
                DeltaCase.of(GDN2, CHANNEL, 1, 133, 2, 4, 32, 20, 1)
                        .withDecay(5)
                        .withCrossRead(1),
                DeltaCase.of(SSD, SCALAR, 2, 75, 1, 2, 24, 16, 1).withBeta(2).withCrossRead(1),
                DeltaCase.of(GATED_DELTA_PRODUCT, NONE, 2, 75, 1, 2, 24, 16, 2).withCrossRead(1),
                DeltaCase.of(GATED_DELTA_PRODUCT, CHANNEL, 1, 45, 1, 2, 24, 16, 2)
                        .withCrossRead(1),
                DeltaCase.of(RWKV7, CHANNEL, 1, 45, 1, 2, 24, 16, 2).withCrossRead(1),
                DeltaCase.of(GATED_DELTA_PRODUCT, SCALAR, 1, 1, 1, 2, 24, 16, 3)
                        .packed(47, 0, 1, 30)
                        .withCrossRead(100));
    }

    /** Sizes that models have; for engines that run at speed. */
    public static List<DeltaCase> large() {
        return List.of(
                DeltaCase.of(DELTA_RULE, NONE, 2, 133, 2, 2, 128, 96, 1).withBeta(2),
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 1, 300, 2, 4, 128, 128, 1),
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 1, 1, 1, 2, 256, 64, 1).packed(65, 0, 130, 1),
                DeltaCase.of(GATED_DELTA_RULE, SCALAR, 1, 1500, 1, 1, 64, 64, 1).withDecay(0.01),
                DeltaCase.of(KDA, CHANNEL, 1, 300, 2, 4, 128, 64, 1),
                DeltaCase.of(KDA, CHANNEL, 1, 200, 1, 1, 96, 192, 1).withDecay(5),
                DeltaCase.of(COMBA, SCALAR, 1, 133, 2, 4, 64, 40, 1),
                DeltaCase.of(GDN2, CHANNEL, 1, 133, 2, 4, 64, 48, 1),
                DeltaCase.of(GATED_DELTA_PRODUCT, SCALAR, 1, 90, 2, 2, 64, 48, 3),
                DeltaCase.of(GATED_DELTA_PRODUCT, CHANNEL, 1, 90, 2, 4, 64, 48, 2),
                DeltaCase.of(GATED_DELTA_PRODUCT, CHANNEL, 1, 45, 1, 2, 40, 24, 3)
                        .withDecay(30),
                DeltaCase.of(DELTA_RULE, NONE, 1, 70, 1, 1, 512, 512, 1),
                DeltaCase.of(SSD, NONE, 1, 70, 1, 2, 64, 96, 1),
                DeltaCase.of(SSD, SCALAR, 1, 300, 2, 4, 128, 64, 1).withBeta(2),
                DeltaCase.of(SSD, CHANNEL, 1, 150, 2, 4, 64, 128, 1),
                DeltaCase.of(RWKV7, CHANNEL, 1, 90, 2, 4, 64, 64, 2),
                DeltaCase.of(DELTALENS, NONE, 1, 133, 2, 4, 128, 128, 1),
                DeltaCase.of(DELTALENS, SCALAR, 2, 200, 1, 2, 64, 96, 1),
                DeltaCase.of(DELTALENS, CHANNEL, 1, 200, 2, 2, 96, 64, 1).withDecay(5));
    }
}
