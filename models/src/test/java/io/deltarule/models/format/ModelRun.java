package io.deltarule.models.format;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import java.util.List;

/** A model on an engine, one sequence: body and head over the same tokens. */
public final class ModelRun implements AutoCloseable {
    private final ModelInfo info;
    private final LayerPlan body;
    private final LayerPlan head;

    /** Plans for a few tokens. */
    public ModelRun(ModelFolder model, DeltaEngine engine, int maxTokens) {
        this.info = model.info();
        LayerEngine layers = LayerEngine.of(engine);
        int memory = info.memoryTokens();
        int most = Math.max(maxTokens, memory);
        this.body = layers.plan(LayerSpec.of(model.body(), model.weights(), most, 1, maxTokens + memory)
                .withChunkSize(32));
        this.head = layers.plan(LayerSpec.of(model.head(), model.weights(), maxTokens, 1, maxTokens));
        if (memory > 0) {
            Tensor ids = Tensor.zeros(memory, 1);
            for (int i = 0; i < memory; i++) {
                ids.set(i, info.vocab() + i);
            }
            body.run(new int[] {memory}, List.of(ids), List.of(Tensor.zeros(memory, info.hidden())));
        }
    }

    /** Logits [tokens, vocab] of the next tokens. */
    public Tensor logits(long... ids) {
        float[] given = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            given[i] = ids[i];
        }
        Tensor h = Tensor.zeros(ids.length, info.hidden()).fill(Float.NaN);
        Tensor logits = Tensor.zeros(ids.length, info.vocab()).fill(Float.NaN);
        body.run(new int[] {ids.length}, List.of(Tensor.of(given, ids.length, 1)), List.of(h));
        head.reset();
        head.run(new int[] {ids.length}, List.of(h), List.of(logits));
        return logits;
    }

    /** The token with the largest logit in a row. */
    public static long best(Tensor logits, int row) {
        int vocab = logits.dim(1);
        int best = 0;
        for (int i = 1; i < vocab; i++) {
            if (logits.get((long) row * vocab + i) > logits.get((long) row * vocab + best)) {
                best = i;
            }
        }
        return best;
    }

    @Override
    public void close() {
        body.close();
        head.close();
    }
}
