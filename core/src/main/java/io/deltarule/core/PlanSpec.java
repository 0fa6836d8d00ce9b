package io.deltarule.core;

/**
 * What a plan is made for. Head sizes are compiled in where an engine compiles; the number of tokens is only a
 * capacity, and a run may bring fewer.
 *
 * @param variant which member of the family
 * @param shape lengths of the largest run: its tokens B·T and its sequences N are capacities
 * @param form token by token, chunk by chunk, or the engine's choice
 * @param chunkSize tokens (micro-steps) per chunk, C, or {@link #OWN_CHUNK_SIZE}; ignored by the recurrent form
 * @param scale what the read-out is multiplied by
 * @param keepsState whether the state stays in the plan from run to run (see {@link DeltaPlan})
 * @param device which of the engine's devices, or null for its own choice
 * @param precision in what numbers products are taken
 * @param storage in what numbers tensors are kept
 */
public record PlanSpec(
        Variant variant,
        DeltaShape shape,
        Form form,
        int chunkSize,
        double scale,
        boolean keepsState,
        String device,
        Precision precision,
        Storage storage) {
    /** Leaves the chunk size to the engine, see {@link DeltaEngine#chunkSize}. */
    public static final int OWN_CHUNK_SIZE = 0;

    /** What most engines take then. */
    public static final int DEFAULT_CHUNK_SIZE = 64;

    /**
     * Checks the combination.
     *
     * @throws InvalidInputException if scale is not finite, the chunk size is below 0, or the variant has no such gate
     */
    public PlanSpec {
        if (chunkSize < OWN_CHUNK_SIZE) {
            throw new InvalidInputException(
                    "chunk size: expected at least 1, or 0 for the engine's own choice, but found " + chunkSize);
        }
        if (!Double.isFinite(scale)) {
            throw new InvalidInputException("scale: expected a finite number but found " + scale);
        }
        if (!variant.gates().contains(shape.gate())) {
            throw new InvalidInputException("gate: " + variant.id() + " is not defined for gate "
                    + shape.gate().id());
        }
        if (shape.householders() > 1 && !variant.manyHouseholders()) {
            throw new InvalidInputException(
                    "householders: " + variant.id() + " expects 1 but found " + shape.householders());
        }
    }

    /** In float32. */
    public PlanSpec(
            Variant variant,
            DeltaShape shape,
            Form form,
            int chunkSize,
            double scale,
            boolean keepsState,
            String device) {
        this(variant, shape, form, chunkSize, scale, keepsState, device, Precision.FLOAT32, Storage.FLOAT32);
    }

    /**
     * A plan in the form and with the chunk size that the engine chooses, and scale K^(−1/2).
     *
     * @param variant which member of the family
     * @param shape lengths of the largest run
     * @return the specification
     */
    public static PlanSpec of(Variant variant, DeltaShape shape) {
        return new PlanSpec(variant, shape, Form.AUTO, OWN_CHUNK_SIZE, 1 / Math.sqrt(shape.K()), false, null);
    }

    /** The same in another form. */
    public PlanSpec withForm(Form other) {
        return new PlanSpec(variant, shape, other, chunkSize, scale, keepsState, device, precision, storage);
    }

    /** The same in this form where the choice is the engine's. */
    public PlanSpec orForm(Form other) {
        return form == Form.AUTO ? withForm(other) : this;
    }

    /** The same with another chunk size. */
    public PlanSpec withChunkSize(int C) {
        return new PlanSpec(variant, shape, form, C, scale, keepsState, device, precision, storage);
    }

    /** The same with this chunk size where the choice is the engine's. */
    public PlanSpec orChunkSize(int C) {
        return chunkSize == OWN_CHUNK_SIZE ? withChunkSize(C) : this;
    }

    /** The same with another scale. */
    public PlanSpec withScale(double other) {
        return new PlanSpec(variant, shape, form, chunkSize, other, keepsState, device, precision, storage);
    }

    /** The same, keeping the state in the plan from run to run. */
    public PlanSpec keepingState() {
        return new PlanSpec(variant, shape, form, chunkSize, scale, true, device, precision, storage);
    }

    /** The same on a named device. */
    public PlanSpec onDevice(String id) {
        return new PlanSpec(variant, shape, form, chunkSize, scale, keepsState, id, precision, storage);
    }

    /** The same with products taken in other numbers. */
    public PlanSpec withPrecision(Precision other) {
        return new PlanSpec(variant, shape, form, chunkSize, scale, keepsState, device, other, storage);
    }

    /** The same with tensors kept in other numbers. */
    public PlanSpec withStorage(Storage other) {
        return new PlanSpec(variant, shape, form, chunkSize, scale, keepsState, device, precision, other);
    }

    /**
     * Itself, for an engine that knows no other precision and storage.
     *
     * @param engine its name, for the message
     * @throws InvalidInputException if others are asked for
     */
    public PlanSpec requireFloat32(String engine) {
        if (precision != Precision.FLOAT32) {
            throw new InvalidInputException("precision: engine " + engine + " expected " + Precision.FLOAT32.id()
                    + " but found " + precision.id()
                    + "; the forward pass of engine tornado has it, on a device of TornadoVM's CUDA backend");
        }
        storage.requireFloat32(engine);
        return this;
    }

    /**
     * Checks that a run's inputs fit this plan.
     *
     * @param in the inputs
     * @return the run's own lengths
     * @throws InvalidInputException naming the first length that does not fit
     */
    public DeltaShape admit(DeltaInputs in) {
        DeltaShape run = in.validate(variant);
        same("H", shape.H(), run.H());
        same("HV", shape.HV(), run.HV());
        same("K", shape.K(), run.K());
        same("V", shape.V(), run.V());
        same("householders", shape.householders(), run.householders());
        if (run.gate() != shape.gate()) {
            throw new InvalidInputException("gate: the plan was made for "
                    + shape.gate().id() + " but found " + run.gate().id());
        }
        if (run.crossRead() != shape.crossRead()) {
            throw new InvalidInputException(
                    shape.crossRead()
                            ? "r: the plan was made for a selective read but found no read queries"
                            : "r: the plan was made without a selective read but found read queries; make another plan");
        }
        if (run.levels() != shape.levels()) {
            throw new InvalidInputException("lambda: the plan was made for "
                    + (shape.logLinear() ? shape.levels() + " levels" : "one state") + " but found "
                    + (run.logLinear() ? run.levels() + " levels" : "no lambda") + "; make another plan");
        }
        if (run.tokens() > shape.tokens() || run.sequences() > shape.sequences()) {
            throw new InvalidInputException("the plan was made for up to " + shape.tokens() + " tokens in "
                    + shape.sequences() + " sequences but found " + run.tokens() + " in " + run.sequences()
                    + "; make a larger plan");
        }
        if (keepsState && in.initialState() != null) {
            throw new InvalidInputException(
                    "initial_state: this plan keeps its state; set it with loadState instead of passing it");
        }
        if (keepsState && run.sequences() != shape.sequences()) {
            throw new InvalidInputException("this plan keeps the state of " + shape.sequences()
                    + " sequences but found " + run.sequences() + "; pass an empty sequence for those that rest");
        }
        return run;
    }

    /** Itself; a plan has to know its chunk size. */
    public PlanSpec requireChunkSize() {
        if (chunkSize == OWN_CHUNK_SIZE) {
            throw new IllegalStateException("an engine chooses the chunk size before it makes a plan");
        }
        return this;
    }

    private static void same(String axis, int planned, int found) {
        if (planned != found) {
            throw new InvalidInputException(
                    axis + ": the plan was made for " + planned + " but found " + found + "; make another plan");
        }
    }
}
