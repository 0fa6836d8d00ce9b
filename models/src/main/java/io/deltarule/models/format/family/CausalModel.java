package io.deltarule.models.format.family;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.BlockStack;
import io.deltarule.models.Layer;
import io.deltarule.models.ProgramBuilder;
import io.deltarule.models.format.weights.TensorNames;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The frame that every supported model has around its blocks: an embedding, the blocks {@code model.layers.i.}, a last norm
 * {@code model.norm.weight}, and a head.
 *
 * @param vocab how many tokens
 * @param hidden width of the rows
 * @param layers how many blocks
 * @param embeddings the embedding's weight
 * @param tied whether the head uses it too, rather than {@code lm_head.weight}
 * @param normEps added to the last norm's mean of squares
 * @param zeroCentred whether its stored weight is the factor − 1
 * @param factors of what comes in and goes out
 * @param extras what few models have
 */
public record CausalModel(
        int vocab,
        int hidden,
        int layers,
        String embeddings,
        boolean tied,
        double normEps,
        boolean zeroCentred,
        Factors factors,
        Extras extras) {
    /**
     * What rows are multiplied by.
     *
     * @param embedding the embedding's, before the first block
     * @param logits the logits, by way of the last norm's rows, so that the head stays one projection
     */
    record Factors(double embedding, double logits) {
        static final Factors NONE = new Factors(1, 1);
    }

    /**
     * What few models have.
     *
     * @param memoryTokens rows of the embedding's table after the vocabulary, which stand before every text
     * @param overLengths whether a logit is divided by the length of its row of the head
     */
    record Extras(int memoryTokens, boolean overLengths) {
        static final Extras NONE = new Extras(0, false);
    }

    /** Without extras. */
    CausalModel(
            int vocab,
            int hidden,
            int layers,
            String embeddings,
            boolean tied,
            double normEps,
            boolean zeroCentred,
            Factors factors) {
        this(vocab, hidden, layers, embeddings, tied, normEps, zeroCentred, factors, Extras.NONE);
    }

    /** Without factors. */
    CausalModel(
            int vocab, int hidden, int layers, String embeddings, boolean tied, double normEps, boolean zeroCentred) {
        this(vocab, hidden, layers, embeddings, tied, normEps, zeroCentred, Factors.NONE);
    }

    /** The norm after the last block. */
    @FunctionalInterface
    interface LastNorm {
        /** Adds it, from one slot of rows to another. */
        void add(ProgramBuilder to, Slot in, Slot out);
    }

    /** Both programs, with a block made for each index and an RMS norm at the end. */
    ModelPrograms programs(int maxPositions, IntFunction<Layer> block, TensorNames names) {
        LastNorm rms = (to, in, out) -> to.add(new NormOp.RmsNorm(
                in, null, out, to.weight("norm.weight"), hidden, normEps, zeroCentred, Activation.IDENTITY));
        return programs(maxPositions, block, names, rms);
    }

    /** The same with another norm at the end. */
    ModelPrograms programs(int maxPositions, IntFunction<Layer> block, TensorNames names, LastNorm norm) {
        Slot ids = new Slot("ids", 1);
        Slot h = new Slot("h", hidden);
        ProgramBuilder wiring = new ProgramBuilder("model.");
        Slot embedded = wiring.slot("embedded", hidden);
        wiring.add(new MatrixOp.Embedding(ids, embedded, embeddings, vocab + extras.memoryTokens()));
        Slot first = factors.embedding() == 1
                ? embedded
                : wiring.map(embedded, "embedded_scaled", Activation.IDENTITY, factors.embedding());
        Slot last = BlockStack.of(layers, block).wire(wiring, first);
        boolean plain = factors.logits() == 1;
        Slot normed = plain ? h : wiring.slot("normed", hidden);
        norm.add(wiring, last, normed);
        if (!plain) {
            wiring.add(new ElementwiseOp.Activate(normed, h, Activation.IDENTITY, factors.logits()));
        }
        return new ModelPrograms(
                vocab,
                hidden,
                layers,
                maxPositions,
                tied,
                extras.memoryTokens(),
                new LayerProgram(List.of(ids), List.of(h), wiring.ops()),
                head(h),
                names);
    }

    private LayerProgram head(Slot h) {
        Slot logits = new Slot("logits", vocab);
        // A table with memory tokens in it has more rows than the head, so that a head that is tied to it has its own
        // name.
        String weight = tied && extras.memoryTokens() == 0 ? embeddings : TensorNames.HEAD;
        if (!extras.overLengths()) {
            return new LayerProgram(List.of(h), List.of(logits), List.of(new MatrixOp.Linear(h, logits, weight, null)));
        }
        Slot products = new Slot("products", vocab);
        return new LayerProgram(
                List.of(h),
                List.of(logits),
                List.of(
                        new MatrixOp.Linear(h, products, weight, null),
                        new ElementwiseOp.Scale(products, null, logits, TensorNames.INVERSE_LENGTHS, vocab)));
    }
}
