package io.deltarule.core.cpu.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelMemoryTest {
    private static final Processor ZEN = new Processor("AMD EPYC 9B45: a name = with signs", Set.of("avx2", "fma"));
    private static final Processor OTHER = new Processor(ZEN.model(), Set.of("avx2", "fma", "avx512f"));
    private static final KernelMemory.Finding FOUND =
            new KernelMemory.Finding("Haswell", "OpenBLAS 0.3.31", Map.of("Haswell", 7.5e10, "SkylakeX", 2e10));

    @TempDir
    Path folder;

    @Test
    void remembersByProcessor() {
        KernelMemory memory = new KernelMemory(folder.resolve("new").resolve("kernels.properties"));
        assertEquals(Optional.empty(), memory.find(ZEN));
        memory.remember(ZEN, FOUND);
        assertEquals(Optional.of(FOUND), memory.find(ZEN));
        assertEquals(Optional.empty(), memory.find(OTHER));
        memory.remember(OTHER, FOUND);
        assertEquals(Optional.of(FOUND), memory.find(ZEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Haswell", "Haswell;0.3", "Haswell;0.3;SkylakeX=1", "Haswell;0.3;Haswell=fast", ";;"})
    void whatItDidNotWriteIsNoFinding(String line) throws IOException {
        Path file = folder.resolve("kernels.properties");
        KernelMemory memory = new KernelMemory(file);
        memory.remember(ZEN, FOUND);
        String text = Files.readString(file);
        int at = text.lastIndexOf("Haswell;");
        Files.writeString(file, text.substring(0, at) + line + "\n");
        assertEquals(Optional.empty(), memory.find(ZEN));
        memory.remember(ZEN, FOUND);
        assertEquals(Optional.of(FOUND), memory.find(ZEN));
    }

    @Test
    void aFolderThatCannotBeWrittenCostsOnlyTheMemory() throws IOException {
        Path file = Files.createFile(folder.resolve("no-folder"));
        KernelMemory memory = new KernelMemory(file.resolve("kernels.properties"));
        memory.remember(ZEN, FOUND);
        assertEquals(Optional.empty(), memory.find(ZEN));
    }

    @Test
    void theFirstProcessorIsRead() {
        Optional<Processor> found = Processor.parse(List.of(
                "processor\t: 0", "model name\t: X 1", "flags\t\t: fpu avx2 fma", "", "model name : Y", "flags : fpu"));
        assertEquals(Optional.of(new Processor("X 1", Set.of("fpu", "avx2", "fma"))), found);
        assertEquals(Optional.empty(), Processor.parse(List.of("Features : fp asimd")));
    }

    @Test
    void onlySetsWhoseInstructionsAreThereAreTried() {
        assertEquals(List.of(), KernelSet.possible(Set.of("sse2", "avx")));
        assertEquals(List.of(KernelSet.HASWELL), KernelSet.possible(Set.of("avx2", "fma", "avx512f")));
        Set<String> zen5 = Set.of("avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd");
        assertEquals(List.of(KernelSet.HASWELL, KernelSet.SKYLAKE_X), KernelSet.possible(zen5));
        assertEquals(Optional.of(KernelSet.SKYLAKE_X), KernelSet.named(" skylakex"));
        assertFalse(KernelSet.named("zen").isPresent());
    }
}
