package io.deltarule.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.SequenceOp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkProgramTest {
    private static List<String> mixers(NetworkProgram program) {
        List<String> mixers = new ArrayList<>();
        for (LayerOp op : program.body().ops()) {
            switch (op) {
                case SequenceOp.Delta delta -> mixers.add(delta.variant().id());
                case SequenceOp.Attention attention ->
                    mixers.add("attention of " + attention.heads() + " heads and " + attention.kvHeads());
                default -> {}
            }
        }
        return mixers;
    }

    @Test
    void everyFourthBlockIsAnAttentionOrTheLastOfFewer() {
        assertEquals(
                List.of("gated_delta_rule", "gated_delta_rule", "gated_delta_rule", "attention of 4 heads and 2"),
                mixers(NetworkProgram.of(new NetworkSize(128, 32, 96, 4, 64, 10))));
        assertEquals(
                List.of("gated_delta_rule", "attention of 2 heads and 2"),
                mixers(NetworkProgram.of(new NetworkSize(32, 32, 64, 2, 128, 10))));
    }

    /** The sizes of the standard suite: as many numbers as the docs' model has, the table once. */
    @Test
    void theTableIsReadByTheHeadAlone() {
        NetworkSize size = new NetworkSize(1024, 128, 3584, 4, 65536, 512);
        NetworkProgram program = NetworkProgram.of(size);
        double table = 2.0 * 65536 * 1024;
        assertEquals(table, program.weightBytes(true) - program.weightBytes(false));
        assertEquals(2.0 * 1024 * 65536, program.flopsPerToken(true) - program.flopsPerToken(false));
        double delta = 5.0 * 1024 * 2048 + 2 * 1024 * 16; // q, k, v, the output gate, the way back; a and b
        double attention = 1024.0 * 2 * 8 * 256 + 2 * 1024 * 2 * 256 + 8 * 256 * 1024; // queries and gates; k, v; back
        double feeds = 4 * 3.0 * 1024 * 3584;
        assertEquals(2 * (3 * delta + attention + feeds), program.flopsPerToken(false));
    }

    @Test
    void aLayerHasNoHead() {
        NetworkProgram program = NetworkProgram.of(NetworkSize.layer(64, 16, 10));
        assertNull(program.head());
        assertEquals(List.of("gated_delta_rule"), mixers(program));
        assertEquals(program.weightBytes(false), program.weightBytes(true));
    }
}
