package io.deltarule.core;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeltaEngineTest {
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void aDeviceThatIsNotThereIsNamedBesideThoseThatAre(String name) {
        DeltaEngine engine = Engines.named(name);
        assertDoesNotThrow(() -> engine.requireDevice(null));
        assertDoesNotThrow(() -> engine.requireDevice("cpu"));
        DeltaShape shape = new DeltaShape(1, 4, 1, 1, 4, 4, 1, 1, Gate.NONE);
        PlanSpec spec = PlanSpec.of(Variant.DELTA_RULE, shape).onDevice("nowhere");
        String message = assertThrows(EngineUnavailableException.class, () -> engine.plan(spec))
                .getMessage();
        assertEquals("engine " + name + ": expected device 'cpu' but found 'nowhere'", message);
    }
}
