package io.deltarule.bench;

import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.BlockStack;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.GatedDeltaNetLayer;
import io.deltarule.models.Layer;
import io.deltarule.models.Positions;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.Wiring;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The operations of a layer, or of a hybrid language model. The layer is Gated DeltaNet; the model is made as Qwen3.5 is:
 * three Gated DeltaNet blocks, then one of attention with a fused gate, normed heads and a rotary quarter; one table as
 * embedding and head.
 *
 * @param body from slot ids, or from rows where it is a layer, to the last rows
 * @param head from these to logits; null where it is a layer
 */
record NetworkProgram(LayerProgram body, LayerProgram head) {
    private static final String TABLE = "embeddings";

    static NetworkProgram of(NetworkSize size) {
        if (size.isLayer()) {
            return new NetworkProgram(delta(size).program(""), null);
        }
        LayerProgram body = body(size);
        Slot h = body.outputs().getFirst();
        Slot logits = new Slot("logits", size.vocab());
        return new NetworkProgram(
                body,
                new LayerProgram(List.of(h), List.of(logits), List.of(new MatrixOp.Linear(h, logits, TABLE, null))));
    }

    private static Layer delta(NetworkSize size) {
        return new GatedDeltaNetLayer(DeltaConfig.of(size.hidden(), size.heads(), size.headSize(), size.headSize()));
    }

    private static LayerProgram body(NetworkSize size) {
        Slot ids = new Slot("ids", 1);
        Slot embedded = new Slot("embedded", size.hidden());
        Wiring wiring = new Wiring("");
        wiring.add(new MatrixOp.Embedding(ids, embedded, TABLE, size.vocab()));
        int queries = Math.max(2, size.hidden() / size.headSize());
        Layer attention = AttentionLayer.of(size.hidden(), queries, 2, 2 * size.headSize())
                .withPositions(new Positions.Rotary(size.headSize() / 2, 1e7))
                .withGate(AttentionLayer.OutputGate.FUSED)
                .withNorm(AttentionLayer.HeadNorm.perHead(1e-6, true));
        Layer feed = new SwiGluBlock(size.hidden(), size.intermediate());
        Slot last = BlockStack.of(size.blocks(), i -> Block.of(size.attends(i) ? attention : delta(size), feed))
                .wire(wiring, embedded);
        Slot h = wiring.rmsNorm(last, "norm", size.hidden(), 1e-6, false);
        return new LayerProgram(List.of(ids), List.of(h), wiring.ops());
    }

    /** Names and shapes of all weights. */
    Map<String, int[]> weights() {
        Map<String, int[]> shapes = new LinkedHashMap<>(body.weights());
        if (head != null) {
            shapes.putAll(head.weights());
        }
        return shapes;
    }

    /**
     * Bytes of bfloat16 weights that a run reads, each once.
     *
     * @param withHead whether it goes on to logits, which read the table
     */
    double weightBytes(boolean withHead) {
        return weights().entrySet().stream()
                .filter(weight -> withHead || !weight.getKey().equals(TABLE))
                .mapToDouble(weight -> Short.BYTES
                        * Arrays.stream(weight.getValue()).asDoubleStream().reduce(1, (a, b) -> a * b))
                .sum();
    }

    /** Floating-point operations of the projections, per token. */
    double flopsPerToken(boolean withHead) {
        return flops(body) + (withHead && head != null ? flops(head) : 0);
    }

    private static double flops(LayerProgram program) {
        return program.ops().stream()
                .filter(MatrixOp.Linear.class::isInstance)
                .map(MatrixOp.Linear.class::cast)
                .mapToDouble(l -> 2.0 * l.in().width() * l.out().width())
                .sum();
    }
}
