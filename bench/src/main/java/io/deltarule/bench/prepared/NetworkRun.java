package io.deltarule.bench.prepared;

import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.NetworkSize;
import io.deltarule.bench.workload.RandomNetwork;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * A layer or a model on one engine, for the workloads that share its weights and plans. It is made when the first of them
 * is prepared, so that what goes wrong then is told like anything else that a workload cannot do.
 *
 * <p>Verified is what is timed: layers are causal, so the first rows of a prefill of any length must be what the reference
 * makes of a prefill of these tokens alone. Decoding goes on after them.
 */
public final class NetworkRun implements AutoCloseable {
    private static final int CONTEXT = 4096;

    /** Tokens of a layer that the reference computes: more than one chunk. */
    private static final int LAYER_TOKENS = 80;
    /** The same of a model: more than the engines take row by row. */
    private static final int MODEL_TOKENS = 17;

    private final NetworkSize size;
    private final LongConsumer allocated;
    private final Arena arena = Arena.ofShared();
    private final List<LayerPlan> plans = new ArrayList<>();
    private final int verified;
    private RandomNetwork network;
    private LayerPlan body;
    private LayerPlan head;
    /** The inputs: token ids, or the rows of a layer. */
    private Tensor inputs;

    private Expected expected;

    /** What the reference makes of the first tokens, and of one more. */
    private record Expected(Tensor prefill, Tensor step) {}

    /**
     * @param size of the network
     * @param allocated told of every weight's bytes after it was allocated
     */
    public NetworkRun(NetworkSize size, LongConsumer allocated) {
        this.size = size;
        this.allocated = allocated;
        verified = Math.min(size.isLayer() ? LAYER_TOKENS : MODEL_TOKENS, size.tokens() - 1);
    }

    /** Prepares one of the workloads; the first one makes the network and its plans. */
    public PreparedWorkload prepare(Workload workload) {
        if (body == null) {
            network = RandomNetwork.of(size, arena, allocated);
            inputs = inputs();
            List<LayerPlan> made = plans(workload.engine(), workload.device());
            body = made.getFirst();
            head = size.isLayer() ? null : made.getLast();
        }
        return workload.keepsState() ? new Decode(workload) : new Prefill(workload);
    }

    /** The body's plan, and the head's of a model. */
    private List<LayerPlan> plans(DeltaEngine engine, String device) {
        List<LayerSpec> specs = new ArrayList<>();
        specs.add(spec(network.program().body(), size.tokens(), CONTEXT).onDevice(device));
        if (!size.isLayer()) {
            specs.add(spec(network.program().head(), 1, Integer.MAX_VALUE).onDevice(device));
        }
        List<LayerPlan> made = LayerEngine.of(engine).plans(specs);
        plans.addAll(made);
        return made;
    }

    private LayerSpec spec(LayerProgram program, int tokens, int context) {
        return LayerSpec.of(program, network.weights(), tokens, 1, context);
    }

    private Tensor inputs() {
        Tensor all = Tensor.allocate(arena, CONTEXT, size.isLayer() ? size.hidden() : 1);
        SplittableRandom random = new SplittableRandom(2);
        for (long i = 0; i < all.size(); i++) {
            all.set(i, size.isLayer() ? (float) random.nextDouble(-1, 1) : (int) (i * 7919L % size.vocab()));
        }
        return all;
    }

    /** Some tokens of the inputs. */
    private Tensor tokens(int first, int count) {
        int width = inputs.dim(1);
        return Tensor.view(
                inputs.data().asSlice((long) first * width * Float.BYTES, (long) count * width * Float.BYTES),
                count,
                width);
    }

    private Tensor rows(int tokens) {
        return Tensor.allocate(arena, tokens, size.hidden());
    }

    private Tensor result() {
        return Tensor.allocate(arena, 1, size.isLayer() ? size.hidden() : size.vocab());
    }

    private Expected expected() {
        if (expected == null) {
            DeltaEngine reference = Engines.named("reference");
            Tensor prefill = rows(verified);
            Tensor step = result();
            List<LayerPlan> exact = plans(reference, null);
            LayerPlan exactBody = exact.getFirst();
            LayerPlan exactHead = size.isLayer() ? null : exact.getLast();
            exactBody.run(new int[] {verified}, List.of(tokens(0, verified)), List.of(prefill));
            step(exactBody, exactHead, verified, rows(1), step);
            expected = new Expected(prefill, step);
        }
        return expected;
    }

    /** Runs one token to its row, and in a model on to its logits. */
    private void step(LayerPlan first, LayerPlan second, int position, Tensor row, Tensor out) {
        int[] one = {1};
        first.run(one, List.of(tokens(position, 1)), List.of(second == null ? out : row));
        if (second != null) {
            second.run(one, List.of(row), List.of(out));
        }
    }

    private Verification verification(String name, Tensor want, Tensor found, int tokens) {
        int width = want.dim(1);
        Tensor same = Tensor.view(found.data().asSlice(0, want.data().byteSize()), want.dim(0), width);
        Comparison comparison = Comparison.of(name, want, same);
        return new Verification(
                comparison.within(Verification.TOLERANCE) && Verification.finite(found),
                comparison,
                Verification.TOLERANCE,
                size.heads(),
                size.heads(),
                tokens);
    }

    private Optional<Profiled> profiledPlans() {
        List<Profiled> all = plans.stream()
                .filter(Profiled.class::isInstance)
                .map(Profiled.class::cast)
                .toList();
        return all.isEmpty() ? Optional.empty() : Optional.of(new Together(all));
    }

    /** Profiles several plans that run one after the other as if they were one. */
    private record Together(List<Profiled> parts) implements Profiled {
        @Override
        public void profile(boolean on) {
            parts.forEach(part -> part.profile(on));
        }

        @Override
        public RunTimes lastRun() {
            return parts.stream().map(Profiled::lastRun).reduce(RunTimes.NONE, RunTimes::plus);
        }
    }

    @Override
    public void close() {
        plans.forEach(LayerPlan::close);
        arena.close();
    }

    private final class Prefill implements PreparedWorkload {
        private final Workload workload;
        private final Tensor out;

        Prefill(Workload workload) {
            this.workload = workload;
            this.out = rows(size.tokens());
        }

        @Override
        public Workload workload() {
            return workload;
        }

        @Override
        public void run() {
            body.reset();
            body.run(new int[] {size.tokens()}, List.of(tokens(0, size.tokens())), List.of(out));
        }

        @Override
        public Verification verify() {
            out.fill(Float.NaN);
            run();
            return verification("rows", expected().prefill(), out, verified);
        }

        @Override
        public Optional<Profiled> profiled() {
            return profiledPlans();
        }

        @Override
        public void close() {
            // the network's owner closes it
        }
    }

    private final class Decode implements PreparedWorkload {
        private final Workload workload;
        private final Tensor row = rows(1);
        private final Tensor out = result();

        Decode(Workload workload) {
            this.workload = workload;
        }

        @Override
        public Workload workload() {
            return workload;
        }

        @Override
        public void run() {
            int position = body.positions()[0];
            if (position == CONTEXT) {
                body.reset();
                position = 0;
            }
            step(body, head, position, row, out);
        }

        @Override
        public Verification verify() {
            body.reset();
            body.run(new int[] {verified}, List.of(tokens(0, verified)), List.of(rows(verified)));
            out.fill(Float.NaN);
            row.fill(Float.NaN);
            run();
            return verification(size.isLayer() ? "row" : "logits", expected().step(), out, 1);
        }

        @Override
        public Optional<Profiled> profiled() {
            return profiledPlans();
        }

        @Override
        public void close() {
            // the network's owner closes it
        }
    }
}
