package io.deltarule.models.training;

import io.deltarule.core.Tensor;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * The numbers that training begins with. Every weight has a generator of its own, made of the seed and the weight's name, so that
 * equal seeds give equal numbers on every machine, whatever other weights there are.
 *
 * <pre>
 *   projections, embedding   normal, deviation std
 *     to the residual stream   the same / √(2 · layers)
 *     unit rows                the same, each row divided by its length
 *   convolutions             uniform within ±1/√taps                    torch's Conv1d; also what taps of tokens' own have in common
 *   A_log                    log of uniform(1, 16)                      Mamba-2, Gated DeltaNet, KDA
 *   dt_bias                  softplus⁻¹ of dt, log dt uniform(log 0.001, log 0.1)     the same
 *   norms                    1, or 0 where stored less 1
 *   biases, corrections      0;   temperatures 1
 *   RWKV-7's own             as its authors have them: Rwkv7Start
 * </pre>
 *
 * With {@code std} 0 a projection has deviation 1/√in, which keeps the size of what goes through it: better for narrow
 * models, where 0.02 is far less than that. An embedding then has 1, as torch's, or where the head uses it 1/√hidden.
 * Sources: GPT-2 (Radford et al. 2019, section 2.3) for 0.02 and the residual factor; LeCun et al. 1998, section 4.6,
 * for 1/√in; Dao and Gu 2024, arXiv:2405.21060, and its published code for A_log and dt_bias.
 *
 * @param seed of all numbers
 * @param std deviation of projections and embeddings, or 0 for one by the width
 */
public record InitialWeights(long seed, double std) {
    /** As GPT-2 and most since. */
    public static final double USUAL = 0.02;

    private static final int USUAL_TAPS = 4; // a bias does not say how many a channel has

    private static final double LEAST_STEP = 1e-3;
    private static final double LARGEST_STEP = 0.1;
    private static final double LARGEST_RATE = 16;

    /** Sets every weight of an arena. */
    public void fill(TrainableModel model, ParameterArena arena) {
        for (ParameterLayout.Entry entry : arena.layout().entries()) {
            DoubleSupplier numbers = Rwkv7Start.of(model, entry).orElseGet(() -> numbers(model, entry));
            Tensor tensor = arena.tensor(entry.name());
            for (long i = 0; i < entry.size(); i++) {
                tensor.set(i, (float) numbers.getAsDouble());
            }
        }
    }

    private DoubleSupplier numbers(TrainableModel model, ParameterLayout.Entry entry) {
        SplittableRandom random = new SplittableRandom(mixed(seed, entry.name()));
        int width = entry.dims()[entry.dims().length - 1];
        boolean tied = model.isTied();
        return switch (model.role(entry.name())) {
            case EMBEDDING -> normal(random, std > 0 ? std : tied ? 1 / Math.sqrt(width) : 1);
            case PROJECTION, UNIT_ROWS -> normal(random, projection(width));
            case RESIDUAL_PROJECTION ->
                normal(random, projection(width) / Math.sqrt(2.0 * Math.max(1, model.blocks())));
            case CONVOLUTION -> uniform(random, -1 / Math.sqrt(width), 1 / Math.sqrt(width));
            case COMMON_TAPS -> uniform(random, -1 / Math.sqrt(USUAL_TAPS), 1 / Math.sqrt(USUAL_TAPS));
            case A_LOG -> {
                DoubleSupplier rate = uniform(random, 1, LARGEST_RATE);
                yield () -> StrictMath.log(rate.getAsDouble());
            }
            case DT_BIAS -> {
                DoubleSupplier log = uniform(random, StrictMath.log(LEAST_STEP), StrictMath.log(LARGEST_STEP));
                yield () -> inverseSoftplus(StrictMath.exp(log.getAsDouble()));
            }
            case NORM, TEMPERATURE, SCALE -> () -> 1;
            case ZERO_CENTRED_NORM, BIAS, CHOICE_CORRECTION -> () -> 0;
        };
    }

    private double projection(int width) {
        return std > 0 ? std : 1 / Math.sqrt(width);
    }

    /** x with log(1 + exp(x)) = y. */
    private static double inverseSoftplus(double y) {
        return y + StrictMath.log(-StrictMath.expm1(-y));
    }

    private static DoubleSupplier uniform(SplittableRandom random, double from, double to) {
        return () -> from + (to - from) * random.nextDouble();
    }

    /** Box and Muller's, with StrictMath: the same on every machine. */
    private static DoubleSupplier normal(SplittableRandom random, double deviation) {
        return () -> {
            double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
            return deviation * radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
        };
    }

    /** A seed of a seed and a name, all of whose bits count. */
    private static long mixed(long seed, String name) {
        long mixed = new SplittableRandom(seed).nextLong();
        for (int i = 0; i < name.length(); i++) {
            mixed = new SplittableRandom(mixed + name.charAt(i)).nextLong();
        }
        return mixed;
    }
}
