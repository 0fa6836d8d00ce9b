package io.deltarule.core;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Something that can run the delta rule. Implementations are found by {@link java.util.ServiceLoader}; use
 * {@link Engines} to choose one. Those that run whole layers too are {@code LayerEngine}s of {@code core.layer}.
 */
public interface DeltaEngine {
    /** The name used on the command line: reference, cpu or tornado. */
    String name();

    /** One line for people: what it is and what it needs. */
    String description();

    /** Why this engine cannot run here and what to install, or empty if it can. */
    Optional<String> unavailable();

    /**
     * The same engine with a number of threads of its own.
     *
     * @param threads at least 1
     * @throws InvalidInputException if there are fewer, or it has none to set, as this default says
     */
    default DeltaEngine withThreads(int threads) {
        throw new InvalidInputException(
                "threads: expected engine cpu but found " + name() + ", which has none to set; leave them out");
    }

    /**
     * The same engine in the way in which a sequence's numbers do not depend, in any bit, on what other sequences its runs hold, as long
     * as its own tokens come in the same pieces. Who spreads texts over machines, or answers whoever comes, then gets one answer per text.
     *
     * @throws InvalidInputException if it has no such way, as this default says
     */
    default DeltaEngine batchInvariant() {
        throw new InvalidInputException("batch invariance: expected engine cpu or reference but found " + name()
                + ", whose sums may depend on how many tokens a run has");
    }

    /** What it can run on here; empty where {@link #unavailable} says why. */
    List<Device> devices();

    /**
     * Checks that this engine can run here, on a device of that name.
     *
     * @param device its id, or null for whichever
     * @throws EngineUnavailableException if not; the message says why, or which devices there are
     */
    default void requireDevice(String device) {
        unavailable().ifPresent(why -> {
            throw new EngineUnavailableException("engine " + name() + ": " + why);
        });
        if (device != null && devices().stream().noneMatch(known -> known.id().equals(device))) {
            throw new EngineUnavailableException("engine " + name() + ": expected device "
                    + devices().stream().map(known -> "'" + known.id() + "'").collect(Collectors.joining(", "))
                    + " but found '" + device + "'");
        }
    }

    /**
     * Micro-steps per chunk where a specification leaves the choice to the engine.
     *
     * @param gate the log-decay's width
     */
    default int chunkSize(Gate gate) {
        return PlanSpec.DEFAULT_CHUNK_SIZE;
    }

    /**
     * The form in which a sequence runs forward: the specification's, or what this engine chooses where that is
     * {@link Form#AUTO}. Results of both are equally exact.
     *
     * @param spec what the plan is made for
     * @param tokens how many the sequence brings, T
     * @param fromZeros whether there is no state before the first
     * @return recurrent or chunk
     */
    default Form form(PlanSpec spec, int tokens, boolean fromZeros) {
        return spec.orForm(Form.CHUNK).form();
    }

    /**
     * Makes a plan.
     *
     * @param spec what for
     * @return a plan that the caller closes
     * @throws InvalidInputException if this engine does not do what the specification asks; the message says what it does
     * @throws EngineUnavailableException if the engine or the named device is not here
     */
    DeltaPlan plan(PlanSpec spec);

    /**
     * Makes a plan for the backward pass. An engine without one refuses, as this default does.
     *
     * @param spec what for: the operation's variant, shape, form, chunk size and scale, without a kept state
     * @return a plan that the caller closes
     * @throws InvalidInputException if this engine does not do what the specification asks; the message says what it does
     * @throws EngineUnavailableException if the engine or the named device is not here
     */
    default GradientPlan gradientPlan(PlanSpec spec) {
        throw new InvalidInputException(
                "engine " + name() + ": expected a forward pass, it has no backward pass; use engine reference or cpu");
    }
}
