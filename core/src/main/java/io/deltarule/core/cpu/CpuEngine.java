package io.deltarule.core.cpu;

import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Device;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.blas.KernelChoice;
import io.deltarule.core.cpu.delta.FormChoice;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.NativeAccess;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.product.ProductChoice;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.cpu.product.WarmUp;
import io.deltarule.core.engine.HostResidentPlan;
import io.deltarule.core.engine.Versioned;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.resident.ResidentEngine;
import io.deltarule.core.resident.ResidentPlan;
import io.deltarule.core.resident.ResidentSpec;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The embedded engine: float32 on this machine's processor with nothing to install. Everything is the
 * Vector API's but matrix products where OpenBLAS's are faster ({@link ProductChoice}); threads share out sequences and value
 * heads.
 *
 * <p>Takes every variant, both forms and the choice between them for each sequence, chunks of 1 to {@value #MAX_CHUNK} micro-steps and any lengths that fit memory. A
 * plan's results are the same to the last bit on every run and with any number of threads. Threads: the available processors, or the system property
 * {@value #THREADS_PROPERTY}.
 *
 * <p>Decay: g ≤ 0 of any size is exact, −∞ included; g &gt; 0 is refused. If a
 * result is not finite, the run fails with {@link io.deltarule.core.NumericException}, which names an input that holds a
 * NaN or an infinity, or, where all are finite, the sequence, head and token at which the state outgrew float32.
 */
public final class CpuEngine implements TrainingEngine, ResidentEngine, Versioned {
    /** System property that sets the number of threads. */
    public static final String THREADS_PROPERTY = "deltarule.cpu.threads";

    /** The largest chunk: past it the triangular part, which grows with C², costs more than it saves. */
    public static final int MAX_CHUNK = 256;

    private static final String DEVICE = "cpu";

    private static final String VECTORS = "jdk.incubator.vector";
    private static final String NO_VECTORS =
            "expected Java's Vector API but this JVM was started without it; start java with --add-modules=" + VECTORS;

    private final int threads;
    private final boolean batchInvariant;
    private final String misconfigured; // null where nothing is wrong

    /**
     * With as many threads as {@link #THREADS_PROPERTY} or the machine says. Engines are found by making one of each, so
     * a property that makes no sense is not thrown here but makes this one {@linkplain #unavailable unavailable}.
     */
    public CpuEngine() {
        int found = 1;
        String problem = null;
        try {
            found = defaultThreads();
        } catch (InvalidInputException e) {
            problem = e.getMessage();
        }
        threads = found;
        batchInvariant = false;
        misconfigured = problem;
    }

    /**
     * With a given number of threads.
     *
     * @param threads at least 1
     */
    public CpuEngine(int threads) {
        this(threads, false);
    }

    private CpuEngine(int threads, boolean batchInvariant) {
        if (threads < 1) {
            throw new InvalidInputException("threads: expected at least 1 but found " + threads);
        }
        this.threads = threads;
        this.batchInvariant = batchInvariant;
        this.misconfigured = null;
    }

    /** How many threads share a plan's work. */
    public int threads() {
        return threads;
    }

    @Override
    public CpuEngine withThreads(int count) {
        return new CpuEngine(count, batchInvariant);
    }

    /**
     * The same whose layers give a sequence the same numbers, bit for bit, whatever other sequences a run holds. Products are the
     * engine's own for any number of tokens, which makes decoding of a few sequences slower: a step has the cost of one of many.
     */
    @Override
    public CpuEngine batchInvariant() {
        return new CpuEngine(threads, true);
    }

    public static int defaultThreads() {
        String value = System.getProperty(THREADS_PROPERTY);
        if (value == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(value.strip());
            if (threads >= 1) {
                return threads;
            }
        } catch (NumberFormatException notANumber) {
            // reported below, like a number that is too small
        }
        throw new InvalidInputException(
                "-D" + THREADS_PROPERTY + ": expected a number of threads of at least 1 but found '" + value + "'");
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String description() {
        return "float32 on this machine's processor, " + threads + " threads"
                + (unavailable().isPresent() ? "" : "; " + products());
    }

    /** What multiplies here; OpenBLAS is mentioned where it may. */
    private static String products() {
        return ProductChoice.inWords() + (usesOpenBlas() ? "; " + OpenBlas.version() + ", " + OpenBlas.kernels() : "");
    }

    private static boolean usesOpenBlas() {
        return !KernelChoice.wish().equalsIgnoreCase(KernelChoice.TILES)
                && OpenBlas.unavailable().isEmpty();
    }

    @Override
    public Optional<String> unavailable() {
        if (misconfigured != null) {
            return Optional.of(misconfigured);
        }
        // Asked here and not where vectors are used: without the module those classes cannot even be loaded.
        if (ModuleLayer.boot().findModule(VECTORS).isEmpty()) {
            return Optional.of(NO_VECTORS);
        }
        return NativeAccess.refused().or(ProductChoice::unavailable);
    }

    @Override
    public List<Device> devices() {
        if (unavailable().isPresent()) {
            return List.of();
        }
        return List.of(new Device(
                DEVICE,
                "processor, " + threads + " threads, vectors of " + Lanes.SPECIES.vectorBitSize() + " bits",
                "cpu",
                usesOpenBlas() ? OpenBlas.version() : "Vector API",
                0,
                true));
    }

    @Override
    public Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        if (unavailable().isEmpty()) {
            versions.put("products", ProductChoice.inWords());
            if (usesOpenBlas()) {
                versions.put("OpenBLAS", OpenBlas.version().replaceFirst("^OpenBLAS +(\\S+).*", "$1"));
                versions.put("OpenBLAS kernels", OpenBlas.kernels());
                versions.put("OpenBLAS configuration", OpenBlas.version());
            }
            versions.put("Vector API", Lanes.SPECIES.vectorBitSize() + " bits");
        }
        return versions;
    }

    @Override
    public int chunkSize(Gate gate) {
        return Products.chosen().chunkSize(gate);
    }

    /**
     * Makes a plan for the backward pass, which is chunkwise: the recurrent form is refused. A thread keeps, of the longest
     * sequence, one state [K, V] and C pseudo-values [V] per chunk; so the engine's own choice is larger chunks than the
     * forward's.
     */
    @Override
    public GradientPlan gradientPlan(PlanSpec spec) {
        requireDevice(spec.device());
        PlanSpec chunked = spec.requireFloat32(name()).orForm(Form.CHUNK);
        if (chunked.form() != Form.CHUNK) {
            throw new InvalidInputException(
                    "form: the cpu engine's backward pass is chunkwise, expected chunk but found "
                            + spec.form().id() + "; engine reference has both");
        }
        checkChunkSize(chunked);
        return new CpuGradientPlan(chunked.orChunkSize(PlanSpec.DEFAULT_CHUNK_SIZE), WorkerPool.of(threads));
    }

    @Override
    public void prepare() {
        if (unavailable().isEmpty()) {
            WarmUp.begin();
        }
    }

    @Override
    public ResidentPlan residentPlan(ResidentSpec spec) {
        return HostResidentPlan.of(this, spec);
    }

    @Override
    public LayerPlan plan(LayerSpec spec) {
        spec.storage().requireFloat32(name());
        requireDevice(spec.device());
        return new CpuLayerPlan(
                spec,
                WorkerPool.of(threads),
                batchInvariant ? one -> chosen(one, Products.own()) : this::chosen,
                batchInvariant);
    }

    /**
     * Makes a plan for a program forward and backward. Its products are always the engine's own, and the delta rule backward is
     * chunkwise; no result depends on the number of threads.
     */
    @Override
    public TrainingPlan trainingPlan(TrainingSpec spec) {
        spec.layer().storage().requireFloat32(name());
        requireDevice(spec.layer().device());
        return new CpuTrainingPlan(spec, WorkerPool.of(threads), one -> chosen(one, Products.own()));
    }

    @Override
    public DeltaPlan plan(PlanSpec spec) {
        requireDevice(spec.device());
        return new CpuPlan(chosen(spec.requireFloat32(name())), WorkerPool.of(threads));
    }

    @Override
    public Form form(PlanSpec spec, int tokens, boolean fromZeros) {
        return FormChoice.of(spec).form(tokens, fromZeros);
    }

    /** The specification with the engine's own chunk size where the choice is its. */
    private PlanSpec chosen(PlanSpec spec) {
        return chosen(spec, Products.chosen());
    }

    private static PlanSpec chosen(PlanSpec spec, Products products) {
        checkChunkSize(spec);
        return spec.orChunkSize(products.chunkSize(spec.shape().gate()));
    }

    private static void checkChunkSize(PlanSpec spec) {
        if (spec.form() != Form.RECURRENT && spec.chunkSize() > MAX_CHUNK) {
            throw new InvalidInputException(
                    "chunk size: the cpu engine takes 1 to " + MAX_CHUNK + " but found " + spec.chunkSize());
        }
    }
}
