package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.core.Gate;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.JavaExample;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of docs/devices.md, compiled and run. */
class ResidentDocumentTest {
    private static final Path DOCUMENT =
            Path.of("..", "docs", "devices.md").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    @Test
    void tensorsStayOnTheDevice() throws Exception {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 20, 1, 2, 8, 12, 1);
        UnaryOperator<Tensor> lossGradient = o -> Tensor.of(o.toArray(), o.dims());
        for (DeltaEngine engine : List.of(Engines.named("cpu"), new TornadoEngine())) {
            JavaExample example = JavaExample.of(
                    DOCUMENT, 0, folder.resolve(engine.name()), "io.deltarule.core", "io.deltarule.core.resident");
            String printed = example.run(
                    "DeltaEngine engine, DeltaInputs in, java.util.function.UnaryOperator<Tensor> lossGradient",
                    engine,
                    c.inputs(),
                    lossGradient);
            assertEquals("[1, 20, 1, 8]", printed.strip());
        }
    }
}
