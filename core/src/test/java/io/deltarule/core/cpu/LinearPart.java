package io.deltarule.core.cpu;

import io.deltarule.core.Comparison;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.op.LayerProducts;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerWeight;
import io.deltarule.core.cpu.op.LinearStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.op.WeightPanels;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.testkit.RandomBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** A projection y = W x of some tokens: of one, as in decoding, or of many, as in a prefill. */
final class LinearPart extends HotPart {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int tokens;
    private final int outputs;
    private final Arena arena = Arena.ofShared();
    private final Weight weight;
    private final SlotBuffer x;
    private final SlotBuffer y;
    private final LinearStep step;
    private final LayerRun run = new LayerRun(WorkerPool.of(1), 1);

    LinearPart(WeightType type, int tokens, int inputs, int outputs) {
        this.tokens = tokens;
        this.outputs = outputs;
        SplittableRandom random = new SplittableRandom(1);
        MemorySegment numbers = arena.allocate(type.bytes((long) outputs * inputs), 64);
        if (RandomBlocks.has(type)) {
            RandomBlocks.fill(type, numbers, 1);
        }
        for (long i = 0; !RandomBlocks.has(type) && i < (long) outputs * inputs; i++) {
            float number = (float) random.nextDouble(-1, 1);
            switch (type) {
                case F32 -> numbers.setAtIndex(FLOAT, i, number);
                case BF16 -> numbers.setAtIndex(SHORT, i, (short) (Float.floatToRawIntBits(number) >> 16));
                default -> numbers.setAtIndex(SHORT, i, Float.floatToFloat16(number));
            }
        }
        weight = Weight.view(numbers, type, outputs, inputs);
        x = SlotBuffer.allocate(arena, tokens, inputs);
        y = SlotBuffer.allocate(arena, tokens, outputs);
        for (int t = 0; t < tokens; t++) {
            for (int j = 0; j < inputs; j++) {
                x.set(t, j, (float) random.nextDouble(-1, 1));
            }
        }
        WeightPanels panels = new WeightPanels(arena, 1, inputs, LayerProducts.fastest());
        step = new LinearStep(x, LayerWeight.of(weight, arena), null, y, panels);
        run.begin(new int[] {tokens}, new int[1]);
    }

    @Override
    void prepare() {
        OpenBlas.singleThreaded();
        for (int t = 0; t < tokens; t++) {
            for (int i = 0; i < outputs; i++) {
                y.set(t, i, Float.NaN);
            }
        }
    }

    @Override
    void run() {
        step.run(run);
    }

    @Override
    void check() {
        within(
                Comparison.of(
                        "y",
                        (long) tokens * outputs,
                        at -> exact((int) (at / outputs), at % outputs),
                        at -> y.get(at / outputs, at % outputs)),
                REORDERED);
    }

    private double exact(int token, long output) {
        double sum = 0;
        for (int j = 0; j < x.width(); j++) {
            sum += (double) weight.get(output * x.width() + j) * x.get(token, j);
        }
        return sum;
    }

    @Override
    public void close() {
        arena.close();
    }

    @Override
    public String toString() {
        return "projection of " + tokens + " tokens by " + weight;
    }
}
