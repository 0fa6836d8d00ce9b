package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.InRange;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes at all are read or refused: nothing but {@link GgufException} is thrown, and tensors that are read lie apart. */
class GgufFuzzTest {
    static Stream<Arguments> seeds() {
        Stream<byte[]> hostile =
                GgufHostileTest.all().map(GgufHostileTest.Case::file).filter(file -> file.length < 1000);
        return Stream.concat(hostile, Stream.of(GgufHostileTest.valid())).map(file -> Arguments.of(file, 0));
    }

    /** Reads a file of mutated bytes and so many zeros. */
    @MethodSource("seeds")
    @DictionaryEntries({"GGUF", "general.alignment"})
    @FuzzTest(maxDuration = "6s") // Jazzer wants to be the last annotation
    void anyBytesAreReadOrRefused(
            byte @NotNull @WithLength(max = 2000) [] start, @InRange(min = 0, max = 500) int zeros) {
        MemorySegment file = MemorySegment.ofArray(Arrays.copyOf(start, start.length + zeros));
        GgufHeader header;
        try {
            header = GgufHeader.read(file, "fuzzed");
        } catch (GgufException refusal) {
            String message = refusal.getMessage();
            assertTrue(message.startsWith("fuzzed: ") && message.contains(": expected "), message);
            assertTrue(message.contains(", found ") && message.contains("; "), message);
            assertTrue(message.codePoints().noneMatch(Character::isISOControl), message);
            assertTrue(message.length() < 3000, message);
            return;
        }
        List<GgufTensor> tensors = header.tensors().values().stream()
                .sorted(Comparator.comparingLong(GgufTensor::begin).thenComparingLong(GgufTensor::byteSize))
                .toList();
        long end = 0;
        for (GgufTensor tensor : tensors) {
            assertTrue(tensor.begin() >= end, tensor::toString);
            end = tensor.end();
        }
        assertTrue(header.dataStart() + end <= file.byteSize());
    }
}
