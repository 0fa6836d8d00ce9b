package io.deltarule.core.cpu.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.testkit.TestScope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The choice in JVMs of its own, since a process chooses once. */
@Tag(TestScope.THOROUGH)
class KernelChoiceTest {
    @TempDir
    Path folder;

    /** Says which kernels its process has. */
    static final class Report {
        private Report() {}

        public static void main(String[] args) {
            CpuEngine engine = new CpuEngine(1);
            System.out.println(engine.unavailable().orElseGet(engine::description));
            System.out.println(System.getenv(KernelChoice.VARIABLE));
        }
    }

    @BeforeEach
    void onlyWhereThereIsAChoice() {
        assumeTrue(Processor.here()
                .map(p -> KernelSet.possible(p.instructions()).size() > 1)
                .orElse(false));
    }

    private List<String> report(Map<String, String> environment, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(options));
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, Report.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove(KernelChoice.VARIABLE);
        builder.environment().put("XDG_CACHE_HOME", folder.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out.lines().toList();
    }

    @Test
    void theFastestIsTakenAndRememberedAndNothingOfItIsLeftBehind() throws Exception {
        String first = report(Map.of()).getFirst();
        Path file = folder.resolve("deltarule").resolve("kernels.properties");
        String written = Files.readString(file);
        assertTrue(first.contains("fastest in a trial") && first.contains("Haswell "), first);
        assumeTrue(!first.contains("not compiled"), first); // a busy machine may not do it in time
        assertTrue(written.contains("chunk\\ products=") && written.contains("layer\\ products="), written);
        List<String> second = report(Map.of());
        assertEquals(List.of(first, "null"), second);
        assertEquals(written, Files.readString(file));
    }

    @Test
    void aChoiceOfAnotherLibraryIsMeasuredAnew() throws Exception {
        String first = report(Map.of()).getFirst();
        Path file = folder.resolve("deltarule").resolve("kernels.properties");
        Files.writeString(file, Files.readString(file).replaceAll("OpenBLAS [0-9.]+", "OpenBLAS 0.0.1"));
        String again = report(Map.of()).getFirst();
        assertTrue(again.contains("fastest in a trial"), again);
        assertTrue(Files.readString(file).contains(first.replaceAll(".*(OpenBLAS [0-9.]+).*", "$1")), again);
    }

    @Test
    void aPropertyOrOpenBlasOwnVariableInsists() throws Exception {
        List<String> found = report(Map.of(), "-D" + KernelChoice.PROPERTY + "=haswell");
        assertTrue(found.getFirst().contains("Haswell kernels (as -D"), found::toString);
        assertEquals("null", found.getLast());
        String byVariable = report(Map.of(KernelChoice.VARIABLE, "Haswell")).getFirst();
        assertTrue(byVariable.contains("Haswell kernels (as the environment variable"), byVariable);
        String own =
                report(Map.of(), "-D" + KernelChoice.PROPERTY + "=openblas").getFirst();
        assertTrue(own.contains("OpenBLAS's own choice"), own);
        String tiles = report(Map.of(), "-D" + KernelChoice.PROPERTY + "=own").getFirst();
        assertTrue(tiles.contains("products: the engine's own (as -D") && !tiles.contains("OpenBLAS"), tiles);
    }

    @Test
    void aSetThatIsNoneIsRefusedWithTheChoice() throws Exception {
        String refused =
                report(Map.of(), "-D" + KernelChoice.PROPERTY + "=fastest").getFirst();
        assertTrue(
                refused.contains("expected own, openblas, measure or Haswell") && refused.contains("'fastest'"),
                refused);
    }

    @Test
    void whatIsNotWritableCostsATrialOnly() throws Exception {
        Files.createFile(folder.resolve("deltarule"));
        String found = report(Map.of()).getFirst();
        assertTrue(found.contains("fastest in a trial"), found);
    }
}
