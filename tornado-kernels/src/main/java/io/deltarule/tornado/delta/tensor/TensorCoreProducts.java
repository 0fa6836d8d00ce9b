package io.deltarule.tornado.delta.tensor;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Variant;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.ChunkProducts;
import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The products of the chunkwise form on tensor cores.
 *
 * <pre>
 *   readScores    q k g → M              a product for each key head, decays for each value head
 *   writeScores   k e g → L              likewise, or for each value head where erase keys are its own
 *   solveValues   A u → U
 *   solveKeys     A e into → W
 *   readOut       q into S0 M P → o      leaves nothing of P
 * </pre>
 */
public final class TensorCoreProducts implements ChunkProducts {
    /** Backends that have matrix products of bfloat16: CUDA's, the emulator, and a virtual device, which only prints kernels. */
    public static final Set<String> BACKENDS = Set.of("CUDA", "Java", "VIRTUAL");

    private final PlanSpec spec;
    private final DeltaShape s;
    private final DeltaArrays x;
    private final ChunkBuffers between;
    private final LaunchScope scope;
    private final int C;
    private final int split;

    public TensorCoreProducts(PlanSpec spec, DeltaArrays x, ChunkBuffers between, LaunchScope scope) {
        this.spec = spec;
        this.s = spec.shape();
        this.x = x;
        this.between = between;
        this.scope = scope;
        C = spec.chunkSize();
        split = KernelFlags.bit(spec.precision() == Precision.TENSOR_SPLIT, TileProductKernel.SPLIT);
    }

    /**
     * Refuses what the kernel does not do.
     *
     * @throws InvalidInputException naming what it does
     */
    public static void check(PlanSpec spec) {
        DeltaShape s = spec.shape();
        Variant variant = spec.variant();
        require(spec, spec.form() == Form.CHUNK, "form chunk", spec.form().id());
        require(
                spec,
                s.gate() != Gate.CHANNEL,
                "no gate or one number per head",
                "gate " + s.gate().id());
        require(spec, !s.crossRead(), "the linear read alone", "read queries r");
        require(spec, !s.logLinear(), "one state per head", s.levels() + " log-linear levels");
        boolean scalarGains = variant.writeValue().scalarGain()
                && (!variant.erases() || variant.eraseKey().scalarGain());
        require(spec, scalarGains, "gains of one number per head", variant.id());
        require(
                spec,
                spec.storage() == Storage.FLOAT32,
                "storage float32, in which alone TornadoVM stores what comes out of tensor cores",
                spec.storage().id());
        require(spec, s.K() % 16 == 0 && s.V() % 16 == 0, "multiples of 16 for K and V", "K " + s.K() + ", V " + s.V());
    }

    private static void require(PlanSpec spec, boolean holds, String expected, String found) {
        if (!holds) {
            throw new InvalidInputException("precision " + spec.precision().id() + ": expected " + expected
                    + " but found " + found + "; use precision " + Precision.FLOAT32.id());
        }
    }

    /**
     * Refuses devices without the kernel's matrix products; those of CUDA below compute capability 8.0 TornadoVM refuses itself.
     *
     * @throws EngineUnavailableException naming those that have them
     */
    public static void check(PlanSpec spec, Device device) {
        if (!BACKENDS.contains(device.backend())) {
            throw new EngineUnavailableException("precision " + spec.precision().id()
                    + ": expected a device of TornadoVM's"
                    + " CUDA backend, which alone has matrix products of bfloat16, but found " + device.id() + " ("
                    + device.name() + ") of its " + device.backend()
                    + " backend; install an SDK with that backend, or use precision " + Precision.FLOAT32.id());
        }
    }

    @Override
    public List<Launch> scores() {
        int gated = KernelFlags.bit(s.gateWidth() > 0, TileProductKernel.GATED);
        int rows = TileProductKernel.SCORES | TileProductKernel.LEFT_ROWS | gated;
        Product read = new Product(x.q(), x.k(), x.eraseGain(), between.scores, s.K(), C);
        Launch reads = launch(
                "readScores", read, rows | TileProductKernel.LEFT_PER_TOKEN | TileProductKernel.PER_KEY_HEAD, 1f);
        if (!x.map().erases()) {
            return List.of(reads);
        }
        int each =
                x.map().eraseRowPerValueHead() ? TileProductKernel.LEFT_PER_VALUE_HEAD : TileProductKernel.PER_KEY_HEAD;
        Product write = new Product(x.erase(), x.k(), x.eraseGain(), between.lower, s.K(), C);
        return List.of(reads, launch("writeScores", write, rows | each | TileProductKernel.GAIN, 1f));
    }

    @Override
    public List<Launch> solve() {
        Product values = new Product(between.lower, x.v(), x.writeGain(), between.values, C, s.V());
        Product keys = new Product(between.lower, x.erase(), x.eraseGain(), between.keys, C, s.K());
        return List.of(
                launch(
                        "solveValues",
                        values,
                        TileProductKernel.RIGHT_ROWS | TileProductKernel.RIGHT_PER_VALUE_HEAD,
                        1f),
                launch(
                        "solveKeys",
                        keys,
                        TileProductKernel.RIGHT_ROWS
                                | KernelFlags.bit(
                                        x.map().eraseRowPerValueHead(), TileProductKernel.RIGHT_PER_VALUE_HEAD)
                                | KernelFlags.bit(s.gateWidth() > 0, TileProductKernel.RIGHT_DECAYED),
                        1f));
    }

    @Override
    public List<Launch> outputs() {
        Product reads = new Product(x.q(), between.states, x.writeGain(), between.values, s.K(), s.V());
        return List.of(launch(
                "readOut",
                reads,
                TileProductKernel.LEFT_ROWS
                        | TileProductKernel.LEFT_PER_TOKEN
                        | KernelFlags.bit(s.gateWidth() > 0, TileProductKernel.LEFT_DECAYED)
                        | TileProductKernel.READ_OUT,
                (float) spec.scale()));
    }

    /** Operands and result [C, N] of a product of depth D. */
    private record Product(FloatArray left, FloatArray right, FloatArray gain, FloatArray to, int D, int N) {}

    private Launch launch(String name, Product product, int flags, float scale) {
        boolean readOut = (flags & TileProductKernel.READ_OUT) != 0;
        int heads = (flags & TileProductKernel.PER_KEY_HEAD) != 0 ? s.H() : s.HV();
        int tiles = Math.ceilDiv(product.N(), TileProductKernel.COLUMNS);
        return scope.launch(
                name,
                TileProductKernel.lanes(C),
                run -> run.chunks() * heads * tiles,
                KernelTask.of(
                        TileProductKernel::tileProducts,
                        product.left(),
                        product.right(),
                        product.gain(),
                        between.into,
                        readOut ? between.scores : x.g(),
                        x.g(),
                        product.to(),
                        x.o(),
                        product.D(),
                        product.N(),
                        C,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        flags | split,
                        scale));
    }
}
