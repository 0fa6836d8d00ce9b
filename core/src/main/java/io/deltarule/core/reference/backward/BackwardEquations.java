package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;

/** Which equations take an operation backward. */
public final class BackwardEquations {
    private BackwardEquations() {}

    /**
     * Adds what an operation hands back to the gradients of what it read.
     *
     * @param op one of the run's operations; all that read what it wrote have gone back already
     * @param run where its slots, weights and their gradients are
     * @param state what the operation carried into the run, as its {@link io.deltarule.core.reference.op.LayerStep#state} was
     * @param carriedOut L's gradient with respect to what it carried out of the run, laid out like {@code state}
     * @return L's gradient with respect to {@code state}, laid out like it
     */
    public static double[] back(LayerOp op, BackwardRun run, double[] state, double[] carriedOut) {
        return switch (op) {
            case MatrixOp.Embedding e -> nothingCarried(() -> MatrixBackward.embedding(e, run));
            case MatrixOp.Linear l -> nothingCarried(() -> MatrixBackward.linear(l, run));
            case MatrixOp.CrossEntropy c -> nothingCarried(() -> MatrixBackward.crossEntropy(c, run));
            case MatrixOp.Experts e -> nothingCarried(() -> new ExpertsBackward(e, run).run());
            case NormOp.L2Norm n -> nothingCarried(() -> NormBackward.l2Norm(n, run));
            case NormOp.RmsNorm n -> nothingCarried(() -> NormBackward.rmsNorm(n, run));
            case NormOp.LayerNorm n -> nothingCarried(() -> NormBackward.layerNorm(n, run));
            case NormOp.SumNorm n -> nothingCarried(() -> NormBackward.sumNorm(n, run));
            case ElementwiseOp.Activate a -> nothingCarried(() -> ElementwiseBackward.activate(a, run));
            case ElementwiseOp.Multiply m -> nothingCarried(() -> ElementwiseBackward.multiply(m, run));
            case ElementwiseOp.HeadDot d -> nothingCarried(() -> ElementwiseBackward.headDot(d, run));
            case ElementwiseOp.Add a -> nothingCarried(() -> ElementwiseBackward.add(a, run));
            case ElementwiseOp.MixReads m -> nothingCarried(() -> ElementwiseBackward.mixReads(m, run));
            case ElementwiseOp.LogDecay d -> nothingCarried(() -> ElementwiseBackward.logDecay(d, run));
            case ElementwiseOp.TimeStep d -> nothingCarried(() -> ElementwiseBackward.timeStep(d, run));
            case ElementwiseOp.Scale c -> nothingCarried(() -> ElementwiseBackward.scale(c, run));
            case ElementwiseOp.Constant c -> nothingCarried(() -> {}); // reads nothing
            case ChannelOp.Slice s -> nothingCarried(() -> ChannelBackward.slice(s, run));
            case ChannelOp.Join j -> nothingCarried(() -> ChannelBackward.join(j, run));
            case PositionOp.Rotary r -> nothingCarried(() -> PositionBackward.rotary(r, run));
            case PositionOp.SelectiveRotary r -> PositionBackward.selectiveRotary(r, run, state, carriedOut);
            case SequenceOp.ShortConvolution c -> new ConvolutionBackward(c, run).back(state, carriedOut);
            case SequenceOp.DynamicConvolution c -> new ConvolutionBackward(c, run).back(state, carriedOut);
            case SequenceOp.TokenDifference d -> DifferenceBackward.back(d, run, carriedOut);
            case SequenceOp.Delta d -> DeltaBackward.back(d, run, state, carriedOut);
            case SequenceOp.Attention a -> new AttentionBackward(a, run).back(state, carriedOut);
        };
    }

    private static double[] nothingCarried(Runnable back) {
        back.run();
        return new double[0];
    }
}
