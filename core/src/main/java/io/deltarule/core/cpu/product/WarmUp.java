package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Exponential;
import io.deltarule.core.cpu.math.HalfFloats;
import io.deltarule.core.cpu.math.Part;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes the JIT compile the tiles, and what most of a layer's other numbers pass through, before they are needed: until then a
 * product takes a thousand times as long, and a first prompt waits for it. A thread of its own multiplies a few small
 * matrices once in a process, while the others open a model.
 */
public final class WarmUp {
    private static final AtomicBoolean BEGUN = new AtomicBoolean();
    private static final CountDownLatch LARGEST_TILE = new CountDownLatch(1);

    /** What the interpreter runs until the first compiler takes over: short, since it is slow. */
    private static final int SHORT_CALLS = 220;

    private static final int SHORT_DEPTH = 16;

    /** What the first compiler's code runs, which counts how often, until the second takes over. */
    private static final int LONG_CALLS = 800;

    private static final int LONG_DEPTH = 64;

    /** Nanoseconds of a long call; compiled it takes a tenth, before that ten times as long. */
    private static final long COMPILED = 10_000;

    private static final long PATIENCE_SECONDS = 3;

    private static final float[] NUMBERS = new float[LONG_DEPTH * LONG_DEPTH];

    private WarmUp() {}

    /** Begins, if that was not done before in this process. */
    public static void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("deltarule-warm-up").start(WarmUp::multiply);
        }
    }

    /** The same before a trial, in the calling thread: the first calls of large products would take seconds. */
    static void now() {
        if (BEGUN.compareAndSet(false, true)) {
            multiply();
        } else {
            awaitTile();
        }
    }

    /**
     * Waits a while for the largest tile where a warm-up has begun: many threads in slow code would keep the processor from
     * compiling it.
     */
    public static void awaitTile() {
        if (LARGEST_TILE.getCount() == 0 || !BEGUN.get()) {
            return;
        }
        try {
            boolean _ = LARGEST_TILE.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // goes on slowly
        }
    }

    private static void multiply() {
        try {
            largestTile();
        } finally {
            LARGEST_TILE.countDown();
        }
        all(SHORT_CALLS, SHORT_DEPTH);
        all(LONG_CALLS, LONG_DEPTH);
    }

    private static void largestTile() {
        float[] sums = new float[Tiles.MOST * Tiles.WIDTH];
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        int fast = 0;
        for (int i = 0; fast < 3 && System.nanoTime() < end; i++) {
            long begin = System.nanoTime();
            tile(Tiles.MOST, i < SHORT_CALLS ? SHORT_DEPTH : LONG_DEPTH, sums);
            fast = i > SHORT_CALLS && System.nanoTime() - begin < COMPILED ? fast + 1 : 0;
        }
    }

    private static void tile(int rows, int depth, float[] sums) {
        Part a = new Part(NUMBERS, 0, LONG_DEPTH);
        Part b = new Part(NUMBERS, 0, Tiles.WIDTH);
        Part c = new Part(sums, 0, Tiles.WIDTH);
        Tiles.multiply(rows, Tiles.WIDTH, depth, Factors.ONE, a, b, new Addend(c, Factors.ONE), c);
    }

    private static void all(int count, int depth) {
        float[] sums = new float[Tiles.MOST * Tiles.WIDTH];
        float[] turned = new float[LONG_DEPTH * LONG_DEPTH];
        Part a = new Part(NUMBERS, 0, LONG_DEPTH);
        Part b = new Part(NUMBERS, 0, Tiles.WIDTH);
        Part c = new Part(sums, 0, Tiles.WIDTH);
        MemorySegment stored = Arena.ofAuto().allocate((long) LONG_DEPTH * Short.BYTES);
        MemorySegment layer = Arena.ofAuto().allocate((long) LONG_DEPTH * Float.BYTES, 64);
        for (int i = 0; i < count; i++) {
            Transposition.copy(NUMBERS, 0, LONG_DEPTH, depth, depth, turned, 0, LONG_DEPTH);
            Exponential.apply(1, layer, 0, layer, 0, (long) depth * Float.BYTES);
            HalfFloats.widenBrain(stored, 0, layer, 0, depth);
            for (int rows = Tiles.MOST; rows >= 4; rows -= 4) {
                tile(rows, depth, sums);
                Tiles.multiplyLeftTransposed(
                        rows, Tiles.WIDTH, depth, Factors.ONE, a, b, new Addend(c, Factors.ONE), c);
            }
        }
    }
}
