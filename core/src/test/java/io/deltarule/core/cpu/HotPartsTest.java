package io.deltarule.core.cpu;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.deltarule.core.Gate;
import io.deltarule.core.layer.WeightType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What module jmh times computes what it should, and would not be timed if it did not. */
class HotPartsTest {
    static List<Supplier<HotPart>> parts() {
        List<Supplier<HotPart>> parts = new ArrayList<>();
        for (Gate gate : Gate.values()) {
            for (boolean selective : new boolean[] {false, true}) {
                parts.add(() -> HeadPart.chunks(gate, selective, 75, 24, 33, 32));
                parts.add(() -> HeadPart.step(gate, selective, 24, 33));
            }
        }
        for (ChunkProductPart.Product product : ChunkProductPart.Product.values()) {
            parts.add(() -> new ChunkProductPart(product, 48, 24, 33));
        }
        for (RowCopyPart.Direction direction : RowCopyPart.Direction.values()) {
            parts.add(() -> new RowCopyPart(direction, false, 37, 3, 20, 16));
            parts.add(() -> new RowCopyPart(direction, true, 37, 3, 20, 16));
        }
        for (WeightType type : WeightType.values()) {
            int inputs = type.block() == 1 ? 70 : 768;
            parts.add(() -> new LinearPart(type, 1, inputs, 37));
            parts.add(() -> new LinearPart(type, 20, inputs, 37));
        }
        parts.add(() -> new RowReadPart(24, 33));
        parts.add(() -> new SoftmaxPart(5, 33));
        parts.add(() -> new ExpPart(1000));
        return parts;
    }

    @ParameterizedTest
    @MethodSource("parts")
    void matchFloat64(Supplier<HotPart> made) {
        try (HotPart part = made.get()) {
            part.verify();
            part.run();
            part.run();
            part.verify();
        }
    }

    @ParameterizedTest
    @MethodSource("parts")
    void whatWasNotComputedIsNoticed(Supplier<HotPart> made) {
        try (HotPart part = made.get()) {
            part.prepare();
            assertThrows(AssertionError.class, part::check);
        }
    }
}
