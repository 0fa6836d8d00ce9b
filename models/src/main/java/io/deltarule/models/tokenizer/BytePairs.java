package io.deltarule.models.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Byte-pair encoding by ranks, as tiktoken does it: of all neighbours that together are a token, those of the lowest rank become
 * one, the leftmost of equals, until no two do. Time grows as n log n with a piece's n bytes.
 *
 * @param ranks of each token's bytes, which are the characters U+0000 to U+00FF of a string; a token's rank is its id
 */
record BytePairs(Map<String, Integer> ranks) {
    /**
     * Splits a piece.
     *
     * @param piece bytes as above, not empty
     * @param to takes the ids
     * @throws IllegalArgumentException if a byte is no token
     */
    void encode(String piece, List<Integer> to) {
        Integer whole = ranks.get(piece);
        if (whole != null) {
            to.add(whole);
            return;
        }
        new Merge(piece).run(to);
    }

    /** The parts of one piece, each from its begin to the next one's. */
    private final class Merge {
        private static final int GONE = -1;

        private final String piece;
        private final int[] next;
        private final int[] before;

        /** Ranks of pairs, each with the place of its first part below it; some of parts that are gone. */
        private final PriorityQueue<Long> pairs = new PriorityQueue<>();

        Merge(String piece) {
            this.piece = piece;
            this.next = new int[piece.length()];
            this.before = new int[piece.length() + 1];
            for (int i = 0; i < piece.length(); i++) {
                next[i] = i + 1;
                before[i + 1] = i;
            }
            before[0] = GONE;
        }

        void run(List<Integer> to) {
            for (int i = 0; i < piece.length(); i++) {
                offer(i);
            }
            while (!pairs.isEmpty()) {
                long pair = pairs.poll();
                int first = (int) pair;
                if (rank(first) == (pair >>> Integer.SIZE)) {
                    join(first);
                }
            }
            for (int i = 0; i < piece.length(); i = next[i]) {
                Integer id = ranks.get(piece.substring(i, next[i]));
                if (id == null) {
                    throw new IllegalArgumentException("byte " + (int) piece.charAt(i) + " is no token");
                }
                to.add(id);
            }
        }

        private void offer(int first) {
            long rank = rank(first);
            if (rank >= 0) {
                pairs.add((rank << Integer.SIZE) | first);
            }
        }

        /** The rank of a part and the next one together; negative where they are none, or the part is gone. */
        private long rank(int first) {
            if (next[first] == GONE || next[first] == piece.length()) {
                return -1;
            }
            return ranks.getOrDefault(piece.substring(first, next[next[first]]), -1);
        }

        private void join(int first) {
            int second = next[first];
            next[first] = next[second];
            before[next[second]] = first;
            next[second] = GONE;
            offer(first);
            if (before[first] != GONE) {
                offer(before[first]);
            }
        }
    }
}
