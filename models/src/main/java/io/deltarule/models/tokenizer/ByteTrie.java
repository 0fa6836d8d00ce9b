package io.deltarule.models.tokenizer;

import java.util.Arrays;

/** Byte strings by their beginnings: which of them is the longest that stands somewhere. Node 0 is the root. */
final class ByteTrie {
    private static final int NONE = -1;

    private final int[] first = new int[256]; // the root has nearly all bytes below it
    private byte[] labels = new byte[1 << 10];
    private int[] child = new int[1 << 10];
    private int[] sibling = new int[1 << 10];
    private int[] ids = new int[1 << 10];
    private int nodes = 1;

    ByteTrie() {
        Arrays.fill(first, NONE);
    }

    /** Takes up a string of at least one byte; one that is there keeps its id. */
    void add(byte[] bytes, int id) {
        int node = 0;
        for (byte b : bytes) {
            int next = next(node, b);
            node = next == NONE ? made(node, b) : next;
        }
        if (ids[node] == NONE) {
            ids[node] = id;
        }
    }

    private int next(int node, byte b) {
        if (node == 0) {
            return first[b & 0xff];
        }
        int next = child[node];
        while (next != NONE && labels[next] != b) {
            next = sibling[next];
        }
        return next;
    }

    private int made(int parent, byte b) {
        if (nodes == labels.length) {
            int more = 2 * nodes;
            labels = Arrays.copyOf(labels, more);
            child = Arrays.copyOf(child, more);
            sibling = Arrays.copyOf(sibling, more);
            ids = Arrays.copyOf(ids, more);
        }
        int node = nodes++;
        labels[node] = b;
        child[node] = NONE;
        ids[node] = NONE;
        if (parent == 0) {
            first[b & 0xff] = node;
        } else {
            sibling[node] = child[parent];
            child[parent] = node;
        }
        return node;
    }

    /**
     * The longest string that stands somewhere.
     *
     * @param found gets its id and its length, in this order
     * @return whether there is one
     */
    boolean longest(byte[] bytes, int from, int[] found) {
        boolean any = false;
        int node = 0;
        for (int i = from; i < bytes.length; i++) {
            node = next(node, bytes[i]);
            if (node == NONE) {
                return any;
            }
            if (ids[node] != NONE) {
                found[0] = ids[node];
                found[1] = i + 1 - from;
                any = true;
            }
        }
        return any;
    }
}
