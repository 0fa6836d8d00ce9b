package io.deltarule.tornado.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The table that tells kernels about a run. */
class RunTableTest {
    private static final DeltaShape SHAPE = new DeltaShape(1, 20, 1, 1, 4, 4, 2, 3, Gate.NONE);

    private static int[] entries(IntArray table, int from, int count) {
        int[] found = new int[count];
        for (int i = 0; i < count; i++) {
            found[i] = table.get(from + i);
        }
        return found;
    }

    @Test
    void cutsEachSequenceIntoChunksOfMicroSteps() {
        RunTable run = new RunTable(SHAPE, 16);
        run.describe(new int[] {0, 9, 9, 20}, new int[] {3, 4, 5}); // 18, 0 and 22 micro-steps
        assertEquals(3, run.sequences());
        assertEquals(4, run.chunks());
        IntArray table = run.array();
        assertArrayEquals(new int[] {0, 0, 9, 2, 9, 2, 20, 4}, entries(table, RunTable.SEQUENCES, 8));
        assertArrayEquals(new int[] {3, 4, 5}, entries(table, table.get(RunTable.POSITIONS), 3));
        assertArrayEquals(new int[] {0, 16, 16, 2, 18, 16, 34, 6}, entries(table, table.get(RunTable.CHUNKS), 8));
    }

    /** Chunks 0 and 1, none, and 2 to 3 after them. */
    @Test
    void walksGoThroughSequencesOrTheirSegments() {
        RunTable whole = new RunTable(SHAPE, 16);
        whole.describe(new int[] {0, 9, 9, 20}, null);
        assertEquals(3, whole.walks());
        assertArrayEquals(
                new int[] {0, 2, 0, 1, 2, 2, 1, 1, 2, 4, 2, 1},
                entries(whole.array(), whole.array().get(RunTable.WALKS), 12));
        RunTable cut = new RunTable(SHAPE, 16, 16, 1);
        cut.describe(new int[] {0, 9, 9, 20}, null);
        assertEquals(5, cut.walks());
        assertArrayEquals(
                new int[] {0, 1, 0, 2, 1, 2, 0, 0, 2, 2, 1, 1, 2, 3, 2, 2, 3, 4, 2, 0},
                entries(cut.array(), cut.array().get(RunTable.WALKS), 20));
        int[][] everyCut = {{0, 20}, {0, 1, 2, 20}, {0, 8, 16, 20}, {0, 0, 0, 20}};
        for (int segment = 1; segment < 4; segment++) {
            for (int[] boundaries : everyCut) {
                RunTable run = new RunTable(SHAPE, 16, 16, segment);
                run.describe(boundaries, null);
                assertTrue(run.walks() <= ChunkCounts.walks(SHAPE, 16, segment));
            }
        }
    }

    @Test
    void aRunWithoutTokensHasAnEmptyChunkToLookAt() {
        RunTable run = new RunTable(SHAPE, 16);
        run.describe(new int[] {0, 9, 9, 20}, null);
        run.describe(new int[] {0, 0, 0, 0}, null);
        assertEquals(0, run.chunks());
        assertArrayEquals(new int[] {0, 0}, entries(run.array(), run.array().get(RunTable.CHUNKS), 2));
        assertArrayEquals(new int[8], entries(run.array(), RunTable.SEQUENCES, 8));
    }

    @Test
    void hasRoomForTheMostChunksOfItsCapacity() {
        RunTable run = new RunTable(SHAPE, 16);
        int[][] everyCut = {{0, 20}, {0, 1, 2, 20}, {0, 8, 16, 20}, {0, 0, 0, 20}};
        for (int[] cut : everyCut) {
            run.describe(cut, null);
            assertTrue(run.chunks() <= ChunkCounts.chunks(SHAPE, 16));
        }
    }

    /** Sequences at positions 6 and 0: chunks of whole tokens, which begin where blocks of the levels do. */
    @Test
    void cutsLogLinearSequencesWhereLevelsAreMerged() {
        RunTable run = new RunTable(SHAPE.withLevels(6), 16);
        run.describe(new int[] {0, 14, 14, 20}, new int[] {6, 3, 0});
        IntArray table = run.array();
        assertArrayEquals(
                new int[] {0, 4, 4, 16, 20, 4, 24, 2, 26, 2, 28, 8, 36, 2, 38, 2},
                entries(table, table.get(RunTable.CHUNKS), 2 * run.chunks()));
        int first = table.get(RunTable.FIRST_LIVE);
        assertArrayEquals(
                new int[] {
                    6,
                    first,
                    2,
                    8,
                    first + 2,
                    4,
                    16,
                    first + 3,
                    5,
                    18,
                    first + 4,
                    2,
                    19,
                    first + 6,
                    1, //
                    0,
                    first + 9,
                    0,
                    4,
                    first + 9,
                    3,
                    5,
                    first + 10,
                    1
                },
                entries(table, table.get(RunTable.CHUNK_LEVELS), 3 * run.chunks()));
        assertArrayEquals(
                new int[] {0, 2, 0, 3, 1, 4, 2, 5, 3, 2, 3, 5, 4, 1, 4, 2, 4, 5, 6, 3, 7, 1, 7, 3, -1},
                entries(table, table.get(RunTable.LIVE), 25));
        assertEquals(12, run.live());
    }

    @Test
    void hasRoomForTheMostLiveStatesOfItsCapacity() {
        for (int levels : new int[] {1, 2, 5, 9}) {
            DeltaShape shape = SHAPE.withLevels(levels);
            for (int longest : new int[] {2, 16, 64}) {
                RunTable run = new RunTable(shape, 64, longest);
                int end = 1 << (levels - 1);
                for (int position = 0; position < end; position++) {
                    int tokens = Math.min(20, end - position);
                    run.describe(
                            new int[] {0, tokens / 3, tokens / 2, tokens}, new int[] {position, position, position});
                    assertTrue(run.chunks() <= ChunkCounts.chunks(shape, longest));
                    assertTrue(run.live() <= ChunkCounts.live(shape, longest));
                }
            }
        }
    }

    @Test
    void aKernelThatDidNotRunHasNotSigned() {
        RunTable run = new RunTable(SHAPE, 0);
        int first = run.newSignature();
        int second = run.newSignature();
        run.describe(new int[] {0, 5}, null);
        assertFalse(run.signed(first));
        run.array().set(first, run.array().get(RunTable.RUN));
        assertTrue(run.signed(first));
        assertFalse(run.signed(second));
        run.describe(new int[] {0, 5}, null);
        assertFalse(run.signed(first), "a signature counts for one run");
    }

    @Test
    void everyLaunchHasItsPlaceBeforeTheArrayIsUsed() {
        RunTable run = new RunTable(SHAPE, 16);
        int places = 0;
        for (; places < 100; places++) {
            run.newSignature();
        }
        assertEquals(
                RunTable.SEQUENCES + 2 * 4 + 3 + 2 * ChunkCounts.chunks(SHAPE, 16) + 4 * 3 + places,
                run.array().getSize());
        assertThrows(IllegalStateException.class, run::newSignature);
    }
}
