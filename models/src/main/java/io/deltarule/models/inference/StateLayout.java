package io.deltarule.models.inference;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Carried;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One sequence's part of what a plan carries, without the room that it has not filled: a cache of keys or values holds
 * min(position, window) rows, whatever the plan's capacity. As the token at position s lies in row s mod window, and a
 * cache shorter than the window has never wrapped, these rows fit a plan of any capacity that holds the position.
 */
final class StateLayout {
    /**
     * One tensor.
     *
     * @param name tells what it is, unique in its program
     * @param dims of one sequence; for a cache, at the plan's full capacity
     * @param cache whether the second axis counts tokens, as {@link Carried} says
     */
    @SuppressWarnings("ArrayRecordComponent") // never modified
    private record Part(String name, int[] dims, boolean cache) {
        /** The shape after so many tokens. */
        int[] dims(int position) {
            int[] filled = dims.clone();
            if (cache) {
                filled[1] = Math.min(filled[1], position);
            }
            return filled;
        }

        long bytes() {
            return Arrays.stream(dims).asLongStream().reduce(Float.BYTES, (a, b) -> a * b);
        }
    }

    private final List<Part> parts = new ArrayList<>();

    StateLayout(LayerProgram program, int maxContext) {
        for (LayerOp op : program.ops()) {
            for (Carried one : op.carried(maxContext)) {
                parts.add(new Part(String.format("%04d.%s", parts.size(), one.name()), one.dims(), one.cache()));
            }
        }
    }

    /** The tensors' names. */
    List<String> names() {
        return parts.stream().map(Part::name).toList();
    }

    /** The tensors' shapes after so many tokens. */
    List<int[]> shapes(int position) {
        return parts.stream().map(part -> part.dims(position)).toList();
    }

    /** Bytes of one sequence's state that do not depend on its length. */
    long fixedBytes() {
        return parts.stream()
                .filter(part -> !part.cache())
                .mapToLong(Part::bytes)
                .sum();
    }

    /** Bytes of one sequence's caches after so many tokens. */
    long cacheBytes(int position) {
        return parts.stream()
                .filter(Part::cache)
                .mapToLong(part -> part.bytes() / part.dims()[1] * part.dims(position)[1])
                .sum();
    }

    /** Copies one sequence's state out of a plan's. */
    List<Tensor> take(List<Tensor> carried, int sequence, int position) {
        List<Tensor> taken = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            Tensor own = Tensor.allocate(Arena.ofAuto(), part.dims(position));
            copy(part, carried.get(i).data().asSlice(sequence * part.bytes(), part.bytes()), own, true);
            taken.add(own);
        }
        return taken;
    }

    /** Copies one sequence's state into a plan's, in place of what is there. */
    void put(List<Tensor> state, List<Tensor> carried, int sequence) {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            copy(part, carried.get(i).data().asSlice(sequence * part.bytes(), part.bytes()), state.get(i), false);
        }
    }

    /** Between a sequence's room in a plan and its own tensor, block by block: a cache's heads lie apart. */
    private static void copy(Part part, MemorySegment room, Tensor own, boolean out) {
        int blocks = part.cache() ? part.dims()[0] : 1;
        long step = part.bytes() / blocks;
        long filled = own.data().byteSize() / blocks;
        for (int block = 0; block < blocks; block++) {
            if (out) {
                MemorySegment.copy(room, block * step, own.data(), block * filled, filled);
            } else {
                room.asSlice(block * step, step).fill((byte) 0);
                MemorySegment.copy(own.data(), block * filled, room, block * step, filled);
            }
        }
    }
}
