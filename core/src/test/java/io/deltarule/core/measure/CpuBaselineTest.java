package io.deltarule.core.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.cpu.math.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class CpuBaselineTest {
    @Test
    void countsWhatItDoes() {
        DeltaShape shape = new DeltaShape(2, 128, 1, 3, 32, 16, 1, 2, Gate.SCALAR);
        try (CpuBaseline products = CpuBaseline.products(shape, 64)) {
            products.run();
            // 6 heads of 2 chunks: X kᵀ, in panels of 32 three quarters of its triangles' squares, X S0, the solve, M
            // P,
            // kᵀ P.
            double perChunk =
                    0.75 * 2 * 128 * 64 * 32 + 2.0 * 128 * 16 * 32 + 64 * 64 * 16 + 64 * 64 * 16 + 2.0 * 64 * 32 * 16;
            assertEquals(12 * perChunk, products.flops());
            assertEquals(0, products.bytes());
        }
        try (CpuBaseline copy = CpuBaseline.copy((1 << 16) + 4)) {
            copy.run();
            assertEquals(2 * ((1 << 16) + 4), copy.bytes());
        }
        try (CpuBaseline read = CpuBaseline.read((1 << 16) + 4)) {
            read.run();
            assertEquals((1 << 16) + 4, read.bytes());
            assertEquals(0, read.flops());
        }
        try (CpuBaseline multiplyAdds = CpuBaseline.multiplyAdds()) {
            multiplyAdds.run();
            assertTrue(multiplyAdds.flops() > 0);
            assertEquals(0, multiplyAdds.bytes());
        }
        try (CpuBaseline multiply = CpuBaseline.multiply(32)) {
            multiply.run();
            assertEquals(4.0 * multiply.threads() * 2 * 32 * 32 * 32, multiply.flops());
        }
    }

    /** The loops do what is counted: so many sums of rounds, and every vector once. */
    @Test
    void loopsComputeWhatTheyCount() {
        assertEquals(RegisterLoops.sums() * 1.75f, RegisterLoops.multiplyAdds(3)); // 1, 1.5, 1.75
        assertEquals(0, RegisterLoops.flops(5) % (RegisterLoops.sums() * 2 * 5));
        int step = FloatVector.SPECIES_PREFERRED.vectorByteSize();
        MemorySegment ones = MemorySegment.ofArray(new float[12 * step]);
        for (int i = 0; i < ones.byteSize() / Float.BYTES; i++) {
            ones.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
        }
        assertEquals(8, RegisterLoops.read(ones, 4L * step, 8L * step));
    }

    /** Denormal or infinite numbers would make the processor slow, and the engine look fast beside it. */
    @Test
    void numbersStayOrdinaryHoweverOftenItRuns() {
        DeltaShape shape = new DeltaShape(1, 512, 1, 1, 16, 16, 1, 1, Gate.NONE);
        try (CpuBaseline products = CpuBaseline.products(shape, 64)) {
            for (int i = 0; i < 200; i++) {
                products.run();
            }
            Matrix state = products.written().get(2);
            for (Matrix matrix : products.written().subList(0, 3)) {
                for (int row = 0; row < 16; row++) {
                    float value = matrix.get(row, row);
                    assertTrue(Math.abs(value) > 1e-9 && Math.abs(value) < 1e3, () -> "value " + value);
                }
            }
            assertTrue(Math.abs(state.get(3, 5)) <= 1.1);
        }
    }
}
