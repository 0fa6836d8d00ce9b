package io.deltarule.core.engine;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Levels;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.resident.DeviceTensor;
import io.deltarule.core.resident.Output;
import io.deltarule.core.resident.ResidentLink;
import io.deltarule.core.resident.ResidentOperation;
import io.deltarule.core.resident.ResidentPlan;
import io.deltarule.core.resident.ResidentSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What every engine's resident plan shares: tensors are checked when they are set, inputs that are missing and results that are older
 * than what was set are refused, and so are use by two threads at once and use after close.
 */
public abstract class AbstractResidentPlan implements ResidentPlan {
    private static final ResidentPlace INITIAL = new ResidentPlace.InitialState();

    private final ResidentSpec spec;
    private final List<Operation> operations = new ArrayList<>();
    private final ExclusiveUse use = new ExclusiveUse();
    private int[] boundaries; // null until they are known
    /** What was set since the last pass, for the error that says so; null where results are of what is set now. */
    private String newerThanForward = "nothing";

    private String newerThanBackward = "nothing";

    /** @param spec what this plan is made for, chunk sizes chosen */
    protected AbstractResidentPlan(ResidentSpec spec) {
        this.spec = spec;
        for (PlanSpec one : spec.operations()) {
            operations.add(new Operation(operations.size(), one.requireChunkSize()));
        }
        DeltaShape s = shape(0);
        if (s.sequences() == s.B()) {
            boundaries = new int[s.B() + 1];
            Arrays.setAll(boundaries, b -> b * s.T());
        }
    }

    /** Fills one tensor of an operation; it has the right axes and finite numbers. */
    protected abstract void write(int operation, ResidentPlace place, Tensor values);

    /** Brings one tensor of an operation, of these axes. */
    protected abstract Tensor read(int operation, ResidentPlace place, int... dims);

    /**
     * Runs an operation forward.
     *
     * @param ends the sequences' boundaries in tokens
     * @param before how many tokens each sequence has had in the kept state; zeros where none is kept
     */
    protected abstract void forward(int operation, int[] ends, int[] before);

    /** Runs an operation backward. */
    protected abstract void backward(int operation, int[] ends);

    /** Frees everything; called once. */
    protected abstract void release();

    /** A pass over all operations begins. */
    protected void beginPass() {}

    @Override
    public final ResidentSpec spec() {
        return spec;
    }

    /** The lengths of an operation. */
    protected final DeltaShape shape(int operation) {
        return spec.operations().get(operation).shape();
    }

    /** The boundaries as operations of packed sequences take them; null where each batch row is a sequence. */
    protected final int[] packed() {
        return shape(0).B() == 1 ? boundaries.clone() : null;
    }

    /** The link that brings an operation's input; null where callers set it. */
    protected final ResidentLink linkTo(int operation, Input input) {
        return spec.links().stream()
                .filter(link -> link.to() == operation && link.input() == input)
                .findFirst()
                .orElse(null);
    }

    /** The link that takes an operation's output on; null where there is none. */
    protected final ResidentLink linkFrom(int operation, Output output) {
        return spec.links().stream()
                .filter(link -> link.from() == operation && link.output() == output)
                .findFirst()
                .orElse(null);
    }

    /** The inputs that an operation has, linked ones included. */
    protected static Set<Input> inputs(PlanSpec operation) {
        Variant variant = operation.variant();
        DeltaShape s = operation.shape();
        Set<Input> inputs = EnumSet.copyOf(variant.inputs());
        if (s.gateWidth() > 0) {
            inputs.add(Input.G);
        }
        if (s.crossRead()) {
            inputs.add(Input.R);
        }
        if (s.logLinear()) {
            inputs.add(Input.LAMBDA);
        }
        return inputs;
    }

    @Override
    public final ResidentOperation operation(int index) {
        if (index < 0 || index >= operations.size()) {
            throw new InvalidInputException(
                    "operation: expected 0 to " + (operations.size() - 1) + " but found " + index);
        }
        return operations.get(index);
    }

    @Override
    public final void setBoundaries(int... cuSeqlens) {
        int[] own = cuSeqlens.clone();
        DeltaShape s = shape(0);
        boolean ascends = own.length == s.sequences() + 1 && own[0] == 0 && own[own.length - 1] == s.tokens();
        for (int i = 1; ascends && i < own.length; i++) {
            ascends = own[i - 1] <= own[i];
        }
        if (!ascends || s.B() != 1) {
            throw new InvalidInputException("cu_seqlens: expected " + (s.sequences() + 1) + " numbers from 0 to "
                    + s.tokens() + " that do not decrease, of a batch of one row, but found "
                    + Arrays.toString(cuSeqlens)
                    + " and B=" + s.B());
        }
        use.run(() -> {
            boundaries = own;
            changed("cu_seqlens", false);
        });
    }

    @Override
    public final void forward() {
        use.run(() -> {
            requireInputs();
            for (Operation operation : operations) {
                operation.requireLevels();
            }
            newerThanForward = "a pass that failed";
            beginPass();
            for (Operation operation : operations) {
                forward(operation.index, boundaries, operation.positions);
                operation.count();
            }
            newerThanForward = null;
        });
    }

    @Override
    public final void backward() {
        if (!spec.gradients()) {
            throw new IllegalStateException("this plan has no backward pass; make it of ResidentSpec.withGradients()");
        }
        use.run(() -> {
            requireInputs();
            if (!spec.links().isEmpty() && newerThanForward != null) {
                throw stale("backward", newerThanForward, "forward");
            }
            newerThanBackward = "a pass that failed";
            beginPass();
            for (int i = operations.size() - 1; i >= 0; i--) {
                backward(i, boundaries);
            }
            newerThanBackward = null;
        });
    }

    private void requireInputs() {
        if (boundaries == null) {
            throw new InvalidInputException("cu_seqlens: expected the boundaries of " + shape(0).sequences()
                    + " packed sequences but found none; call setBoundaries");
        }
        operations.forEach(Operation::requireInputs);
    }

    private void changed(String what, boolean backwardOnly) {
        newerThanForward = backwardOnly ? newerThanForward : what;
        newerThanBackward = what;
    }

    private static IllegalStateException stale(String what, String newer, String pass) {
        return new IllegalStateException(what + ": expected a run of what is set now, but since the last one " + newer
                + (newer.equals("nothing") ? " was run" : " was newer") + "; call " + pass + " first");
    }

    @Override
    public final void close() {
        use.close(this::release);
    }

    /** One operation's tensors, and what is known of them. */
    private final class Operation implements ResidentOperation {
        private final int index;
        private final PlanSpec own;
        private final int[] positions;
        private final Map<Input, int[]> set = new HashMap<>();

        Operation(int index, PlanSpec own) {
            this.index = index;
            this.own = own;
            this.positions = new int[own.shape().sequences()];
        }

        @Override
        public PlanSpec spec() {
            return own;
        }

        @Override
        public DeviceTensor input(Input input) {
            if (!inputs(own).contains(input)) {
                throw new InvalidInputException(input.id() + ": expected an input of this "
                        + own.variant().id() + " but it has "
                        + inputs(own).stream().map(Input::id).toList());
            }
            return new Handle(this, new ResidentPlace.OfInput(input));
        }

        @Override
        public DeviceTensor initialState() {
            if (own.shape().logLinear()) {
                throw new InvalidInputException(
                        "initial_state: expected an operation of one state per head; log-linear states begin at zero");
            }
            return new Handle(this, INITIAL);
        }

        @Override
        public DeviceTensor output(Output output) {
            if (output == Output.O_CROSS && !own.shape().crossRead()) {
                throw new InvalidInputException(
                        "o_cross: expected an operation with read queries r but this one has none");
            }
            return new Handle(this, new ResidentPlace.OfOutput(output));
        }

        @Override
        public DeviceTensor gradient(Output output) {
            return gradientOf(output(output));
        }

        @Override
        public DeviceTensor gradient(Input input) {
            return gradientOf(input(input));
        }

        @Override
        public DeviceTensor initialStateGradient() {
            return gradientOf(initialState());
        }

        private DeviceTensor gradientOf(DeviceTensor of) {
            if (!spec.gradients()) {
                throw new IllegalStateException("this plan has no gradients; make it of ResidentSpec.withGradients()");
            }
            return new Handle(this, new ResidentPlace.GradientOf(((Handle) of).place));
        }

        int[] dims(ResidentPlace place) {
            DeltaShape s = own.shape();
            return switch (place) {
                case ResidentPlace.OfInput(Input input) ->
                    set.getOrDefault(input, input.axes(s).dims(s.B(), s.T()));
                case ResidentPlace.InitialState _ -> s.state().dims();
                case ResidentPlace.OfOutput(Output output) -> output.dims(s);
                case ResidentPlace.GradientOf(ResidentPlace of) -> dims(of);
            };
        }

        /** Why callers may not set a tensor, or null. */
        String whyNotSet(ResidentPlace place) {
            ResidentLink link = switch (place) {
                case ResidentPlace.OfInput(Input input) -> linkTo(index, input);
                case ResidentPlace.GradientOf(ResidentPlace.OfOutput(Output output)) -> linkFrom(index, output);
                default -> null;
            };
            if (link != null) {
                return "a " + link + " brings it";
            }
            return place.given() ? null : "runs write it";
        }

        void requireInputs() {
            for (Input input : inputs(own)) {
                if (!set.containsKey(input) && linkTo(index, input) == null) {
                    throw new InvalidInputException(
                            where(index) + input.id() + ": expected a tensor before the run but none was set");
                }
            }
        }

        void requireLevels() {
            for (int i = 0; i < positions.length; i++) {
                Levels.require(own.shape().levels(), (long) positions[i] + boundaries[i + 1] - boundaries[i]);
            }
        }

        void count() {
            for (int i = 0; own.keepsState() && i < positions.length; i++) {
                positions[i] += boundaries[i + 1] - boundaries[i];
            }
        }

        void require(ResidentPlace place, Tensor values) {
            int[] expected = dims(place);
            if (place instanceof ResidentPlace.OfInput(Input input) && input.eitherHeads()) {
                DeltaShape s = own.shape();
                int[] perKeyHead = input.axes(s).dims(s.B(), s.T());
                expected = values.hasDims(perKeyHead)
                        ? perKeyHead
                        : input.axesPerValueHead(s).dims(s.B(), s.T());
            }
            if (!values.hasDims(expected)) {
                throw new InvalidInputException(
                        place.id() + ": expected " + Arrays.toString(expected) + " but found " + values);
            }
            boolean decays = place instanceof ResidentPlace.OfInput(Input input) && input == Input.G;
            if (decays) {
                SuspiciousInputs.refuseGrowth(new DeltaInputs(1, Map.of(Input.G, values), null, null));
            }
            if (FiniteChecks.firstNotFinite(values) >= 0) {
                for (long i = 0; i < values.size(); i++) {
                    float x = values.get(i);
                    if (!Float.isFinite(x) && !(decays && x == Float.NEGATIVE_INFINITY)) {
                        throw FiniteChecks.notFinite(place.id(), x, i);
                    }
                }
            }
        }

        void set(ResidentPlace place, Tensor values) {
            if (place instanceof ResidentPlace.OfInput(Input input)) {
                set.put(input, values.dims());
            }
            if (place.equals(INITIAL)) {
                Arrays.fill(positions, 0);
            }
            write(index, place, values);
            changed(where(index) + place.id(), place.backward());
        }
    }

    private String where(int operation) {
        return operations.size() == 1 ? "" : "operation " + operation + ", ";
    }

    /** One tensor. */
    private final class Handle implements DeviceTensor {
        private final Operation operation;
        private final ResidentPlace place;

        Handle(Operation operation, ResidentPlace place) {
            this.operation = operation;
            this.place = place;
        }

        @Override
        public String name() {
            return place.id();
        }

        @Override
        public int[] dims() {
            return operation.dims(place).clone();
        }

        @Override
        public void set(Tensor values) {
            String why = operation.whyNotSet(place);
            if (why != null) {
                throw new InvalidInputException(place.id() + ": expected a tensor that callers set but " + why);
            }
            operation.require(place, values);
            use.run(() -> operation.set(place, values));
        }

        @Override
        public Tensor get() {
            if (place.given()) {
                throw new InvalidInputException(place.id()
                        + ": expected a tensor that runs write but callers set this one; its numbers are theirs");
            }
            Tensor[] found = new Tensor[1];
            use.run(() -> {
                String newer = place.backward() ? newerThanBackward : newerThanForward;
                if (newer != null) {
                    throw stale(place.id(), newer, place.backward() ? "backward" : "forward");
                }
                found[0] = read(operation.index, place, operation.dims(place));
            });
            return found[0];
        }

        @Override
        public String toString() {
            return place.id() + " " + Arrays.toString(operation.dims(place));
        }
    }
}
