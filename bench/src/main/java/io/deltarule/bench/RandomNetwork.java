package io.deltarule.bench;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.BlockStack;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.GatedDeltaNetLayer;
import io.deltarule.models.Layer;
import io.deltarule.models.Positions;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.Wiring;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * A hybrid language model with seeded random bfloat16 weights, made as Qwen3.5 is: three Gated DeltaNet blocks, then one of
 * attention with a fused gate, normed heads and a rotary quarter; one table as embedding and head.
 *
 * @param body from slot ids to the last rows
 * @param head from these to logits
 * @param weights of both
 */
record RandomModel(LayerProgram body, LayerProgram head, Weights weights) {
    /**
     * How large it is.
     *
     * @param hidden width of the rows
     * @param intermediate width of the feed-forward parts
     * @param layers blocks
     * @param vocab tokens of the table
     * @param tokens of a prefill
     */
    record Size(int hidden, int intermediate, int layers, int vocab, int tokens) {
        String inWords() {
            return layers + " layers of " + hidden + ", feed-forward " + intermediate + ", vocabulary " + vocab;
        }
    }

    private static final int HEAD = 128;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final String TABLE = "embeddings";

    /** @param allocated told of every tensor's bytes after it was allocated */
    static RandomModel of(Size size, Arena arena, LongConsumer allocated) {
        Slot ids = new Slot("ids", 1);
        Slot embedded = new Slot("embedded", size.hidden());
        Wiring wiring = new Wiring("");
        wiring.add(new LayerOp.Embedding(ids, embedded, TABLE, size.vocab()));
        Layer delta = new GatedDeltaNetLayer(
                DeltaConfig.of(size.hidden(), Math.max(1, 2 * size.hidden() / HEAD), HEAD, HEAD));
        Layer attention = AttentionLayer.of(size.hidden(), Math.max(2, size.hidden() / HEAD), 2, 2 * HEAD)
                .withPositions(new Positions.Rotary(HEAD / 2, 1e7))
                .withGate(AttentionLayer.OutputGate.FUSED)
                .withNorm(AttentionLayer.HeadNorm.perHead(1e-6, true));
        Layer feed = new SwiGluBlock(size.hidden(), size.intermediate());
        Slot last = BlockStack.of(size.layers(), i -> Block.of(i % 4 == 3 ? attention : delta, feed))
                .wire(wiring, embedded);
        Slot h = wiring.rmsNorm(last, "norm", size.hidden(), 1e-6, false);
        LayerProgram body = new LayerProgram(List.of(ids), List.of(h), wiring.ops());
        Slot logits = new Slot("logits", size.vocab());
        LayerProgram head =
                new LayerProgram(List.of(h), List.of(logits), List.of(new LayerOp.Linear(h, logits, TABLE, null)));
        Map<String, int[]> shapes = new LinkedHashMap<>(body.weights());
        shapes.putAll(head.weights());
        Map<String, Weight> weights = new HashMap<>();
        SplittableRandom random = new SplittableRandom(1);
        shapes.forEach((name, dims) -> {
            Weight weight = random(dims, random, arena);
            weights.put(name, weight);
            allocated.accept(weight.data().byteSize());
        });
        return new RandomModel(body, head, new Weights(weights));
    }

    /** Matrices that keep the size of numbers, and small positive vectors: gains, decays and their biases. */
    private static Weight random(int[] dims, SplittableRandom random, Arena arena) {
        long count = 1;
        for (int dim : dims) {
            count *= dim;
        }
        MemorySegment data = arena.allocate(count * Short.BYTES, 64);
        double bound = dims.length > 1 ? Math.sqrt(3.0 / dims[dims.length - 1]) : 1;
        for (long i = 0; i < count; i++) {
            float value = (float) (dims.length > 1 ? random.nextDouble(-bound, bound) : random.nextDouble(0.5, bound));
            data.set(SHORT, i * Short.BYTES, (short) (Float.floatToRawIntBits(value) >> 16));
        }
        return Weight.view(data, WeightType.BF16, dims);
    }

    /** Bytes of all weights, each once. */
    long bytes() {
        return weights.all().values().stream()
                .mapToLong(w -> w.data().byteSize())
                .sum();
    }

    /** Floating-point operations of the body's projections, per token. */
    double flopsPerToken() {
        return body.ops().stream()
                .filter(LayerOp.Linear.class::isInstance)
                .map(LayerOp.Linear.class::cast)
                .mapToDouble(l -> 2.0 * l.in().width() * l.out().width())
                .sum();
    }
}
