package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Accesses that no barrier orders are reported, or with that switched off show in results that change with the seed. */
class RaceTest {

    private static final String SHUFFLE = "deltarule.emulator.shuffle";
    private static final String RACES = "deltarule.emulator.races";

    static void readBeforeBarrier(KernelContext context, IntArray out) {
        int[] tile = context.allocateIntLocalArray(4);
        int item = context.localIdx;
        tile[item] = item; // first write
        context.localBarrier();
        int value = tile[(item + 1) % 4]; // read by neighbour
        tile[item] = value; // second write
        context.localBarrier();
        out.set(context.globalIdx, tile[item]);
    }

    static void allWrite(KernelContext context, IntArray out) {
        int[] last = context.allocateIntLocalArray(1);
        last[0] = context.localIdx; // all write
        context.localBarrier();
        out.set(context.globalIdx, last[0]);
    }

    static void throughDevice(KernelContext context, IntArray out, IntArray scratch) {
        scratch.set(context.globalIdx, context.localIdx); // device write
        context.localBarrier();
        out.set(context.globalIdx, scratch.get(context.globalIdx - context.localIdx)); // device read
    }

    static void throughDeviceRight(KernelContext context, IntArray out, IntArray scratch) {
        scratch.set(context.globalIdx, context.localIdx);
        context.globalBarrier();
        out.set(context.globalIdx, scratch.get(context.globalIdx - context.localIdx));
    }

    static void betweenGroups(KernelContext context, IntArray out) {
        int before = out.get(context.globalIdx % 4); // group read
        out.set(context.globalIdx, before + 1); // group write
    }

    static void lastGroupWins(KernelContext context, IntArray out) {
        out.set(context.localIdx, context.groupIdx);
    }

    @AfterEach
    void defaultsAgain() {
        System.clearProperty(SHUFFLE);
        System.clearProperty(RACES);
    }

    private static String fault(TaskGraph graph, int groupSize, List<String> marks, String... parts) {
        return Launched.fault(graph, 8, groupSize, RaceTest.class, marks, parts);
    }

    private final IntArray out = new IntArray(8);

    @Test
    void missingLocalBarrier() {
        fault(
                new TaskGraph("g").task("t", RaceTest::readBeforeBarrier, new KernelContext(), out),
                4,
                List.of("read by neighbour", "second write"),
                "data race on local int array of 4",
                "no localBarrier lies between");
    }

    @Test
    void allWriteOneElement() {
        fault(
                new TaskGraph("g").task("t", RaceTest::allWrite, new KernelContext(), out),
                4,
                List.of("all write"),
                "data race on local int array of 1");
    }

    @Test
    void localBarrierDoesNotOrderDeviceMemory() {
        fault(
                new TaskGraph("g").task("t", RaceTest::throughDevice, new KernelContext(), out, new IntArray(8)),
                4,
                List.of("device read", "device write"),
                "data race on array 'scratch', argument 3 (IntArray of 8)",
                "no globalBarrier lies between");
    }

    @Test
    void globalBarrierDoes() {
        out.init(5);
        Launched.run(
                new TaskGraph("g")
                        .task("t", RaceTest::throughDeviceRight, new KernelContext(), out, new IntArray(8))
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, out),
                8,
                4);
        assertEquals(0, out.get(7));
    }

    @Test
    void groupsHaveNoOrder() {
        fault(
                new TaskGraph("g")
                        .transferToDevice(DataTransferMode.FIRST_EXECUTION, out)
                        .task("t", RaceTest::betweenGroups, new KernelContext(), out),
                1,
                List.of("group read"),
                "data race on array 'out'",
                "another group",
                "groups have no order within a launch");
    }

    @Test
    void ordersChangeWithTheSeedAndOnlyWithIt() {
        System.setProperty(RACES, "false");
        Set<Integer> winners = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            System.setProperty(SHUFFLE, Integer.toString(seed));
            assertEquals(winner(), winner(), "seed " + seed);
            winners.add(winner());
        }
        assertTrue(winners.size() > 1, "the last group was always " + winners);
        System.setProperty(SHUFFLE, "off");
        assertEquals(3, winner());
    }

    @Test
    void theSeedIsPartOfTheReport() {
        System.setProperty(SHUFFLE, "77");
        fault(
                new TaskGraph("g").task("t", RaceTest::allWrite, new KernelContext(), out),
                4,
                List.of(),
                "-Ddeltarule.emulator.shuffle=77");
    }

    private static int winner() {
        IntArray last = new IntArray(2);
        Launched.run(
                new TaskGraph("g")
                        .task("t", RaceTest::lastGroupWins, new KernelContext(), last)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, last),
                8,
                2);
        return last.get(0);
    }
}
