package io.deltarule.core.cpu.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayerSlotsTest {
    /** x → a → b → … each with the first slot added: three live at once however deep. */
    @Test
    void aDeepProgramNeedsNoMoreThanAShallowOne() {
        Slot x = new Slot("x", 8);
        List<LayerOp> ops = new ArrayList<>();
        List<Slot> slots = new ArrayList<>(List.of(x));
        for (int i = 0; i < 20; i++) {
            Slot act = new Slot("act" + i, 8);
            Slot sum = new Slot("sum" + i, 8);
            ops.add(new ElementwiseOp.Activate(slots.getLast(), act, Activation.SILU, 1));
            ops.add(new ElementwiseOp.Add(slots.getLast(), act, sum));
            slots.add(sum);
        }
        LayerProgram program = new LayerProgram(List.of(x), List.of(slots.getLast()), ops);
        try (Arena arena = Arena.ofConfined()) {
            LayerSlots memory = new LayerSlots(program, 4, arena);
            Set<Long> places = new HashSet<>();
            for (LayerOp op : ops) {
                op.reads()
                        .forEach(read -> assertNotEquals(
                                memory.get(read).data().address(),
                                memory.get(op.writes().getFirst()).data().address(),
                                op.toString()));
                places.add(memory.get(op.writes().getFirst()).data().address());
            }
            assertEquals(3, places.size());
        }
    }

    /** An input that is wanted as an output, and one that is read last of all, keep their memory. */
    @Test
    void whatIsStillNeededIsNotOverwritten() {
        Slot x = new Slot("x", 8);
        Slot kept = new Slot("kept", 8);
        Slot a = new Slot("a", 16);
        Slot b = new Slot("b", 8);
        Slot c = new Slot("c", 8);
        LayerProgram program = new LayerProgram(
                List.of(x, kept),
                List.of(kept, c),
                List.of(
                        new MatrixOp.Linear(kept, a, "w", null),
                        new ChannelOp.Slice(a, b, 2, 0),
                        new ElementwiseOp.Add(b, x, c)));
        try (Arena arena = Arena.ofConfined()) {
            LayerSlots memory = new LayerSlots(program, 4, arena);
            Set<Long> distinct = new HashSet<>();
            for (Slot slot : List.of(x, kept, a, b)) {
                distinct.add(memory.get(slot).data().address());
            }
            assertEquals(4, distinct.size());
            assertNotEquals(
                    memory.get(kept).data().address(), memory.get(c).data().address());
            assertEquals(memory.get(a).data().address(), memory.get(c).data().address());
        }
    }
}
