package io.deltarule.core.layer;

import java.util.ArrayList;
import java.util.List;

/** Pieces of memory that are taken, given back and taken again, each as wide as the widest that ever lay there. */
public final class MemoryPieces {
    private final List<Integer> widths = new ArrayList<>();
    private final List<Integer> free = new ArrayList<>();

    /** No memory yet. */
    public MemoryPieces() {}

    /** The free place that fits best; else the widest, made wider; else a new one. */
    public int take(int width) {
        Integer best = null;
        for (Integer place : free) {
            if (best == null || better(widths.get(place), widths.get(best), width)) {
                best = place;
            }
        }
        if (best == null) {
            widths.add(width);
            return widths.size() - 1;
        }
        free.remove((Object) best);
        widths.set(best, Math.max(width, widths.get(best)));
        return best;
    }

    private static boolean better(int candidate, int best, int wanted) {
        if (candidate >= wanted && best >= wanted) {
            return candidate < best;
        }
        return candidate > best;
    }

    /** Gives a place back. */
    public void release(int place) {
        free.add(place);
    }

    /** The width of each place. */
    public List<Integer> widths() {
        return List.copyOf(widths);
    }
}
