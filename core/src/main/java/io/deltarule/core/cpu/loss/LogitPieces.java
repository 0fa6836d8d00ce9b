package io.deltarule.core.cpu.loss;

import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerWeight;
import io.deltarule.core.cpu.op.LinearStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.op.WeightPanels;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The logits z = W x + b of up to {@value #TOKENS} tokens and {@value #CLASSES} classes at a time: one buffer holds them all. */
public final class LogitPieces {
    private static final int TOKENS = 1024;
    private static final int CLASSES = 1024;

    /** Some classes: rows of W, and where their logits go. */
    private record Piece(int first, LayerWeight W, LinearStep step, SlotBuffer logits) {}

    private final String name; // of W
    private final SlotBuffer x;
    private final boolean whole; // whether all tokens are taken at a time
    private final SlotBuffer rows; // of the tokens at hand, or x where it never has more
    private final LayerWeight bias; // null for none
    private final int mostTokens;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Runnable> copies = new ArrayList<>();
    private int tokens;

    LogitPieces(
            MatrixOp.CrossEntropy op,
            SlotBuffer x,
            Weight W,
            LayerWeight b,
            int maxTokens,
            WeightPanels panels,
            Arena arena) {
        this.name = op.weight();
        this.x = x;
        this.bias = b;
        this.mostTokens = Math.min(TOKENS, maxTokens);
        this.whole = maxTokens <= TOKENS;
        this.rows = whole ? x : SlotBuffer.allocate(arena, TOKENS, x.width());
        SlotBuffer all = SlotBuffer.allocate(arena, mostTokens, Math.min(CLASSES, op.classes()));
        for (int first = 0; first < op.classes(); first += CLASSES) {
            int count = Math.min(CLASSES, op.classes() - first);
            Weight some = W.rows(first, count);
            LayerWeight placed = LayerWeight.of(some, arena);
            if (placed.copied(some)) {
                copies.add(() -> placed.data().copyFrom(some.data()));
            }
            LayerWeight biases = b == null
                    ? null
                    : new LayerWeight(
                            b.owner(), b.data().asSlice((long) first * Float.BYTES), b.type(), null, b.width());
            SlotBuffer logits = all.withWidth(count);
            pieces.add(new Piece(first, placed, new LinearStep(rows, placed, biases, logits, panels), logits));
        }
    }

    void refresh() {
        copies.forEach(Runnable::run);
    }

    /** How many tokens are taken at a time. */
    public int mostTokens() {
        return mostTokens;
    }

    /** How many pieces the classes are cut into. */
    public int count() {
        return pieces.size();
    }

    /** The first class of a piece. */
    public int firstClass(int piece) {
        return pieces.get(piece).first();
    }

    /** The rows of W that belong to a piece. */
    public LayerWeight weight(int piece) {
        return pieces.get(piece).W();
    }

    /** The tokens at hand, in their first rows. */
    public SlotBuffer rows() {
        return rows;
    }

    /** The logit of one class and one of the tokens at hand, computed by itself; {@code way} has room for a row of W. */
    public float logit(int label, int token, MemorySegment way) {
        Piece piece = pieces.get(label / CLASSES);
        int row = label - piece.first();
        piece.W().copy((long) row * x.width(), x.width(), way, 0);
        float sum = Spans.dot(way, 0, rows.data(), rows.row(token), x.width());
        return bias == null ? sum : sum + bias.data().get(ValueLayout.JAVA_FLOAT, (long) label * Float.BYTES);
    }

    /** Takes up some tokens. */
    public void begin(int first, int count) {
        pieces.forEach(piece -> piece.W().checkAlive(name));
        tokens = count;
        if (!whole) {
            MemorySegment.copy(x.data(), x.row(first), rows.data(), 0, x.row(count));
        }
    }

    /** The logits of a piece [tokens, classes], which the next one overwrites. */
    public SlotBuffer compute(LayerRun run, int piece) {
        pieces.get(piece).step().run(run, tokens);
        return pieces.get(piece).logits();
    }
}
