package io.deltarule.core.layer;

import io.deltarule.core.Form;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Storage;
import java.util.List;

/**
 * What a layer plan is made for.
 *
 * @param program the operations
 * @param weights their weights; checked against the program
 * @param maxTokens most tokens of one run, over all sequences
 * @param sequences how many sequences carry state, N
 * @param maxContext most tokens that a sequence may have in all, for caches and positions
 * @param form how delta operations run over sequences that bring more than one token; where every sequence brings one they
 *     always run recurrently
 * @param chunkSize micro-steps per chunk, or {@link PlanSpec#OWN_CHUNK_SIZE}
 * @param device which of the engine's devices, or null for its own choice
 * @param storage in what numbers slots are kept
 */
public record LayerSpec(
        LayerProgram program,
        Weights weights,
        int maxTokens,
        int sequences,
        int maxContext,
        Form form,
        int chunkSize,
        String device,
        Storage storage) {
    /**
     * Checks weights and capacities.
     *
     * @throws InvalidInputException naming the first that does not fit
     */
    public LayerSpec {
        program.weights().forEach(weights::get);
        OpChecks.atLeast("maxTokens", maxTokens, 1);
        OpChecks.atLeast("sequences", sequences, 1);
        OpChecks.atLeast("maxContext", maxContext, 1);
        OpChecks.atLeast("chunk size", chunkSize, PlanSpec.OWN_CHUNK_SIZE);
    }

    /** The shapes [N, …] of everything that is carried from run to run, in the order of the operations. */
    public List<int[]> carried() {
        return program.ops().stream()
                .flatMap(op -> op.carried(maxContext).stream())
                .map(one -> one.shape(sequences))
                .toList();
    }

    /** A specification in the form and with the chunk size that the engine chooses. */
    public static LayerSpec of(LayerProgram program, Weights weights, int maxTokens, int sequences, int maxContext) {
        return new LayerSpec(
                program,
                weights,
                maxTokens,
                sequences,
                maxContext,
                Form.AUTO,
                PlanSpec.OWN_CHUNK_SIZE,
                null,
                Storage.FLOAT32);
    }

    /** The same capacities for another program, or part of this one. */
    public LayerSpec withProgram(LayerProgram other) {
        return new LayerSpec(other, weights, maxTokens, sequences, maxContext, form, chunkSize, device, storage);
    }

    /** The same capacities with other weights of the program. */
    public LayerSpec withWeights(Weights other) {
        return new LayerSpec(program, other, maxTokens, sequences, maxContext, form, chunkSize, device, storage);
    }

    /** The same on a named device. */
    public LayerSpec onDevice(String id) {
        return new LayerSpec(program, weights, maxTokens, sequences, maxContext, form, chunkSize, id, storage);
    }

    /** The same with slots kept in other numbers. */
    public LayerSpec withStorage(Storage other) {
        return new LayerSpec(program, weights, maxTokens, sequences, maxContext, form, chunkSize, device, other);
    }

    /** The same with another form of the delta operations. */
    public LayerSpec withForm(Form other) {
        return new LayerSpec(program, weights, maxTokens, sequences, maxContext, other, chunkSize, device, storage);
    }

    /** The same with this chunk size where the choice is the engine's. */
    public LayerSpec orChunkSize(int C) {
        return chunkSize == PlanSpec.OWN_CHUNK_SIZE ? withChunkSize(C) : this;
    }

    /** The same with another chunk size. */
    public LayerSpec withChunkSize(int C) {
        return new LayerSpec(program, weights, maxTokens, sequences, maxContext, form, C, device, storage);
    }
}
