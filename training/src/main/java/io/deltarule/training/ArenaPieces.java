package io.deltarule.training;

import io.deltarule.core.Tensor;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers of a layout in pieces that threads take: the same pieces with any number of threads, so that what is done to each number,
 * and sums over pieces in their order, are the same to the last bit.
 */
final class ArenaPieces {
    /** Numbers that are in arrays at once: five arrays of them fit a cache of 48 KiB. */
    static final int BLOCK = 2048;

    private static final int PIECE = 32 * BLOCK;

    /**
     * Some neighbours.
     *
     * @param entry the parameter that they belong to
     * @param from the first, among all numbers
     * @param end after the last
     */
    record Piece(ParameterLayout.Entry entry, long from, long end) {}

    private ArenaPieces() {}

    /** All numbers but the gaps. */
    static List<Piece> of(ParameterLayout layout) {
        List<Piece> pieces = new ArrayList<>();
        layout.entries().forEach(entry -> pieces.addAll(of(entry)));
        return pieces;
    }

    /** Those of one parameter. */
    static List<Piece> of(ParameterLayout.Entry entry) {
        List<Piece> pieces = new ArrayList<>();
        long end = entry.offset() + entry.size();
        for (long from = entry.offset(); from < end; from += PIECE) {
            pieces.add(new Piece(entry, from, Math.min(end, from + PIECE)));
        }
        return pieces;
    }

    /** How many numbers a block has that begins somewhere in a piece. */
    static int count(Piece piece, long at) {
        return (int) Math.min(BLOCK, piece.end() - at);
    }

    static void read(ParameterArena from, long at, float[] to, int count) {
        MemorySegment.copy(from.data(), Tensor.FLOAT, at * Float.BYTES, to, 0, count);
    }

    static void write(float[] from, ParameterArena to, long at, int count) {
        MemorySegment.copy(from, 0, to.data(), Tensor.FLOAT, at * Float.BYTES, count);
    }
}
