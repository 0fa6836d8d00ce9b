package io.deltarule.core.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Device;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.reference.ReferenceEngine;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LayerEngineTest {
    private record OperationsOnly(String name) implements DeltaEngine {
        @Override
        public String description() {
            return "";
        }

        @Override
        public Optional<String> unavailable() {
            return Optional.empty();
        }

        @Override
        public List<Device> devices() {
            return List.of();
        }

        @Override
        public DeltaPlan plan(PlanSpec spec) {
            throw new AssertionError("not asked for");
        }
    }

    @Test
    void anEngineThatRunsLayersIsItself() {
        DeltaEngine engine = new ReferenceEngine();
        assertSame(engine, LayerEngine.of(engine));
    }

    @Test
    void anEngineWhoseSumsDependOnTheBatchSaysSo() {
        DeltaEngine reference = new ReferenceEngine();
        assertSame(reference, reference.batchInvariant());
        DeltaEngine engine = new OperationsOnly("peer");
        assertEquals(
                "batch invariance: expected engine cpu or reference but found peer, whose sums may depend on how many tokens a run has",
                assertThrows(InvalidInputException.class, engine::batchInvariant)
                        .getMessage());
    }

    @Test
    void anEngineWithoutLayersIsRefused() {
        DeltaEngine engine = new OperationsOnly("peer");
        assertEquals(
                "engine peer: expected one that runs layers but it runs the delta rule alone; use engine reference, cpu"
                        + " or tornado",
                assertThrows(InvalidInputException.class, () -> LayerEngine.of(engine))
                        .getMessage());
    }
}
