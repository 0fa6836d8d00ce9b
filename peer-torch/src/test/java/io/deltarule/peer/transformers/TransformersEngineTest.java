package io.deltarule.peer.transformers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Engines;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.measure.SelfTimed;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformersEngineTest {
    private static final DeltaCase SMALL = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 2, 21, 3, 3, 16, 12, 1);

    /** A shell script that answers as Python would. */
    private static TransformersEngine pretending(Path folder, String asked, String started) throws IOException {
        Path script = folder.resolve("python with a space");
        Files.writeString(
                script, "#!/bin/sh\ncase $2 in *importlib.metadata*) " + asked + ";; *) " + started + ";; esac\n");
        assertTrue(script.toFile().setExecutable(true));
        return new TransformersEngine(Python.look(script.toString()));
    }

    /** Needs a Python that has transformers; the other tests do not. */
    @ParameterizedTest
    @CsvSource({"1, 64, 2, 16, 16", "2, 21, 3, 16, 12", "1, 130, 1, 33, 17"})
    void matchesTheReference(int B, int T, int H, int K, int V) {
        TransformersEngine engine = new TransformersEngine();
        assumeTrue(engine.unavailable().isEmpty(), () -> engine.unavailable().get());
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, B, T, H, H, K, V, 1);
        DeltaInputs in = c.inputs();
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape());
        try (DeltaPlan plan = engine.plan(spec)) {
            DeltaOutputs out = plan.run(in);
            Verify.matchesReference("with a state", spec, in, out);
            assertTrue(((SelfTimed) plan).lastRunNanos() > 0);
            DeltaInputs fromZero = in.withInitialState(null);
            Verify.matchesReference("from zero", spec, fromZero, plan.run(fromZero));
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "pretends with a shell script")
    void aRunWithoutTokensCarriesTheStateOver(@TempDir Path folder) throws IOException {
        TransformersEngine engine = pretending(folder, "echo transformers 1, PyTorch 2", "echo ok; read end");
        DeltaShape shape = new DeltaShape(1, 0, 1, 1, 2, 2, 1, 1, Gate.SCALAR);
        Tensor state = Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);
        DeltaInputs in = DeltaInputs.of(Tensor.zeros(1, 0, 1, 2), Tensor.zeros(1, 0, 1, 2), Tensor.zeros(1, 0, 1, 2))
                .with(Input.BETA, Tensor.zeros(1, 0, 1))
                .with(Input.G, Tensor.zeros(1, 0, 1));
        try (DeltaPlan plan = engine.plan(PlanSpec.of(Variant.GATED_DELTA_RULE, shape))) {
            assertEquals(4, plan.run(in.withInitialState(state)).finalState().toArray()[3]);
            assertEquals(0, plan.run(in).finalState().toArray()[3]);
        }
    }

    @Test
    void isFoundAndNeverChosen() {
        assertTrue(Engines.all().stream().anyMatch(TransformersEngine.class::isInstance));
        assertFalse(Engines.automatic() instanceof TransformersEngine);
    }

    @Test
    void saysThatThereIsNoPython(@TempDir Path folder) {
        Path missing = folder.resolve("none");
        TransformersEngine engine = new TransformersEngine(Python.look(missing.toString()));
        String why = engine.unavailable().orElseThrow();
        assertTrue(why.contains("'" + missing + "' but found none"), why);
        assertTrue(why.contains("DELTARULE_PYTHON"), why);
        assertTrue(engine.devices().isEmpty());
        assertThrows(EngineUnavailableException.class, () -> engine.plan(PlanSpec.of(SMALL.variant(), SMALL.shape())));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "pretends with a shell script")
    void saysThatPackagesAreMissing(@TempDir Path folder) throws IOException {
        String why = pretending(folder, "exit 1", "exit 1").unavailable().orElseThrow();
        assertTrue(why.contains("but found one that lacks them; install them there"), why);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "pretends with a shell script")
    void saysWhatPythonSays(@TempDir Path folder) throws IOException {
        String versions = "echo transformers 1.2, PyTorch 3.4";
        TransformersEngine broken = pretending(folder, versions, "echo error ImportError: no such function; exit 1");
        assertEquals(
                "transformers 1.2, PyTorch 3.4", broken.devices().getFirst().backend());
        PlanSpec spec = PlanSpec.of(SMALL.variant(), SMALL.shape());
        String why = assertThrows(EngineUnavailableException.class, () -> broken.plan(spec))
                .getMessage();
        assertEquals("engine transformers: error ImportError: no such function", why);

        TransformersEngine fails = pretending(folder, versions, "echo ok; read run; echo error RuntimeError: shapes");
        try (DeltaPlan plan = fails.plan(spec)) {
            why = assertThrows(IllegalStateException.class, () -> plan.run(SMALL.inputs()))
                    .getMessage();
            assertEquals("engine transformers: error RuntimeError: shapes", why);
        }

        TransformersEngine dies = pretending(folder, versions, "echo ok; read run");
        try (DeltaPlan plan = dies.plan(spec)) {
            why = assertThrows(IllegalStateException.class, () -> plan.run(SMALL.inputs()))
                    .getMessage();
            assertEquals("engine transformers: Python ended without an answer", why);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "pretends with a shell script")
    void saysWhatItDoesNot(@TempDir Path folder) throws IOException {
        TransformersEngine engine = pretending(folder, "echo transformers 1, PyTorch 2", "exit 1");
        PlanSpec spec = PlanSpec.of(SMALL.variant(), SMALL.shape());
        DeltaShape grouped = new DeltaShape(1, 8, 1, 2, 8, 8, 1, 1, Gate.SCALAR);
        DeltaShape channel = new DeltaShape(1, 8, 1, 1, 8, 8, 1, 1, Gate.CHANNEL);
        refuses(engine, PlanSpec.of(Variant.KDA, channel), "kda, gate channel");
        refuses(engine, spec.withForm(Form.RECURRENT), "the recurrent form");
        refuses(engine, PlanSpec.of(SMALL.variant(), grouped), "H 1, HV 2");
        refuses(engine, spec.withScale(0.3), "scale 0.3");
        refuses(engine, spec.keepingState(), "a kept state");
    }

    private static void refuses(TransformersEngine engine, PlanSpec spec, String found) {
        String message = assertThrows(InvalidInputException.class, () -> engine.plan(spec))
                .getMessage();
        assertTrue(message.contains("but found " + found + "; take --engine cpu"), message);
    }

    @Test
    void theFileWorksWithoutItsNameAndIsGoneWhenClosed() {
        ExchangeFile file = new ExchangeFile(SMALL.shape());
        Tensor numbers = Tensor.of(new float[] {1, 2, 3}, 3);
        assertTrue(Files.exists(file.path));
        file.unname();
        file.write(numbers.data(), file.o);
        Tensor back = Tensor.zeros(3);
        file.read(file.o, back.data());
        assertEquals(3, back.toArray()[2]);
        file.close();
        assertFalse(Files.exists(file.path));
    }
}
