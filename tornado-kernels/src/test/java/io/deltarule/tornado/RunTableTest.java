package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
        run.describe(new int[] {0, 9, 9, 20}); // 18, 0 and 22 micro-steps
        assertEquals(3, run.sequences());
        assertEquals(4, run.chunks());
        IntArray table = run.array();
        assertArrayEquals(new int[] {0, 0, 9, 2, 9, 2, 20, 4}, entries(table, RunTable.SEQUENCES, 8));
        assertArrayEquals(new int[] {0, 16, 16, 2, 18, 16, 34, 6}, entries(table, table.get(RunTable.CHUNKS), 8));
    }

    @Test
    void hasRoomForTheMostChunksOfItsCapacity() {
        RunTable run = new RunTable(SHAPE, 16);
        int[][] everyCut = {{0, 20}, {0, 1, 2, 20}, {0, 8, 16, 20}, {0, 0, 0, 20}};
        for (int[] cut : everyCut) {
            run.describe(cut);
            assertTrue(run.chunks() <= RunTable.maxChunks(SHAPE, 16));
        }
    }

    @Test
    void aKernelThatDidNotRunHasNotSigned() {
        RunTable run = new RunTable(SHAPE, 0);
        run.describe(new int[] {0, 5});
        assertFalse(run.signed(0));
        run.array().set(RunTable.SIGNATURES, run.array().get(RunTable.RUN));
        assertTrue(run.signed(0));
        assertFalse(run.signed(1));
        run.describe(new int[] {0, 5});
        assertFalse(run.signed(0), "a signature counts for one run");
    }
}
