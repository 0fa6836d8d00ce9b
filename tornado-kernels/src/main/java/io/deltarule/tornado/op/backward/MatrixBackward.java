package io.deltarule.tornado.op.backward;

import io.deltarule.core.layer.MatrixOp;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.DeviceMatrix;
import io.deltarule.tornado.op.backward.kernel.EmbeddingGradientKernel;
import io.deltarule.tornado.op.backward.kernel.LogitGradientKernel;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The launches of operations with stored matrices. */
final class MatrixBackward {
    private MatrixBackward() {}

    static List<Launch> embedding(MatrixOp.Embedding op, BackwardScope b) {
        return List.of(b.scope()
                .launch(
                        "embeddingGradient",
                        EmbeddingGradientKernel.LANES,
                        RunTable::tokens,
                        KernelTask.of(
                                EmbeddingGradientKernel::embeddingGradient,
                                b.slot(op.ids()),
                                b.given(op.out()),
                                b.back().weightGradient(op.table()),
                                op.out().width())));
    }

    static List<Launch> linear(MatrixOp.Linear op, BackwardScope b) {
        return product(
                b.given(op.out()),
                b.slot(op.in()),
                op.weight(),
                op.bias(),
                b.wanted().getFirst(),
                op.in().width(),
                op.out().width(),
                b);
    }

    /** The logits become their gradients. */
    static List<Launch> crossEntropy(MatrixOp.CrossEntropy op, BackwardScope b) {
        FloatArray logits = b.arrays().logits(op);
        List<Launch> all = new ArrayList<>();
        all.add(b.perToken(
                "logitGradients",
                op.classes(),
                LogitGradientKernel.LANES,
                KernelTask.of(
                        LogitGradientKernel::logitGradients,
                        b.slot(op.labels()),
                        b.arrays().logSums(op),
                        b.given(op.out()),
                        logits,
                        op.classes())));
        all.addAll(product(
                logits,
                b.slot(op.in()),
                op.weight(),
                op.bias(),
                b.wanted().getFirst(),
                op.in().width(),
                op.classes(),
                b));
        return all;
    }

    private static List<Launch> product(
            FloatArray dy,
            FloatArray x,
            String weight,
            String bias,
            GradientPlace dx,
            int in,
            int out,
            BackwardScope b) {
        List<Launch> all = new ArrayList<>();
        DeviceMatrix W = b.arrays().matrix(weight);
        if (dx != null) {
            all.add(b.inputGradient(dy, W, dx, in, out));
        }
        FloatArray dW = b.back().weightGradient(weight);
        if (dW != null) {
            all.add(b.weightGradient(dy, x, dW, in, out));
        }
        FloatArray db = b.back().weightGradient(bias);
        if (db != null) {
            all.add(b.sum("biasGradient", dy, db, 1, out, 1));
        }
        return all;
    }
}
