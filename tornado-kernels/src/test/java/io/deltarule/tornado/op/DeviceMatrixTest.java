package io.deltarule.tornado.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.Device;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.testkit.RandomBlocks;
import io.deltarule.tornado.TornadoEngine;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Blocks as they lie on a device are the same numbers, in the room that they have in the file but for the scales. */
class DeviceMatrixTest {
    private static final int ROWS = 5;
    private static final int WIDTH = 96;

    private static DeviceMemory memory() {
        new TornadoEngine().devices(); // the engine is to be the first to speak to TornadoVM
        TornadoDevice any =
                TornadoRuntimeProvider.getTornadoRuntime().getBackend(0).getDevice(0);
        Device named = new Device("opencl:0:0", "a card", "gpu", "OPENCL", 0, true);
        return DeviceMemory.of(new DeviceHandle(named, any));
    }

    @ParameterizedTest
    @CsvSource({"Q8_0, 8", "Q4_0, 4"})
    void everyNumberIsTheFiles(WeightType type, int bits) {
        List<Weight> weights = List.of(RandomBlocks.weight(type, ROWS, WIDTH), RandomBlocks.weight(type, ROWS, WIDTH));
        assertEquals(bits, DeviceMatrix.bits(weights));
        DeviceMatrix matrix = DeviceMatrix.stored("w", weights, bits, ROWS * WIDTH, memory());
        for (int i = 0; i < weights.size(); i++) {
            MemorySegment expected = MemorySegment.ofArray(new float[ROWS * WIDTH]);
            weights.get(i).copyTo(expected);
            for (int j = 0; j < ROWS * WIDTH; j++) {
                float found = DeviceMatrix.read(matrix.numbers(), matrix.packed(), bits, i * ROWS * WIDTH + j);
                assertEquals(expected.getAtIndex(ValueLayout.JAVA_FLOAT, j), found, "number " + j);
            }
        }
        assertEquals(2 * ROWS * WIDTH / 32, matrix.numbers().getSize());
        assertEquals(2 * ROWS * WIDTH * bits / 32, matrix.packed().getSize());
    }

    @Test
    void othersBecomeFloat32() {
        Weight blocks = RandomBlocks.weight(WeightType.Q8_0, 2, 256);
        assertEquals(0, DeviceMatrix.bits(List.of(blocks, RandomBlocks.weight(WeightType.Q4_0, 2, 256))));
        assertEquals(0, DeviceMatrix.bits(List.of(RandomBlocks.weight(WeightType.Q6_K, 2, 256))));
        assertEquals(0, DeviceMatrix.bits(List.of(RandomBlocks.weight(WeightType.F8_E4M3, 2, 256))));
    }
}
