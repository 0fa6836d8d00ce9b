package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.InRange;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes at all are read or refused: nothing but {@link SafetensorsException} is thrown, and what is read keeps the
 * promises of {@link Header}. The build fuzzes for a bounded time; an input that fails is printed, and left in the
 * module's build folder.
 */
class HeaderFuzzTest {
    private static final String LABEL = "fuzzed";

    /** Every hostile file of a usual length is a seed, and so are files without fault. */
    static Stream<Arguments> seeds() {
        Stream<byte[]> hostile = HostileFileTest.all()
                .map(HostileFileTest.Case::file)
                .filter(file -> file.length >= Header.LENGTH_BYTES && file.length < 1000);
        Stream<byte[]> valid = Stream.of(
                FileBytes.file("{}", 0),
                FileBytes.file(
                        "{\"__metadata__\":{\"variant\":\"kda\"},"
                                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]},"
                                + "\"c\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[10,10]}}",
                        10),
                everyType());
        return Stream.concat(hostile, valid).map(HeaderFuzzTest::split);
    }

    private static byte[] everyType() {
        List<TensorInfo> tensors = new ArrayList<>();
        long begin = 0;
        for (Dtype dtype : Dtype.values()) {
            long end = begin + dtype.bits() * 4 / Byte.SIZE;
            tensors.add(new TensorInfo(dtype.name(), dtype, new long[] {2, 2}, begin, end));
            begin = end;
        }
        byte[] start = HeaderEncoder.encode(Map.of(), tensors, LABEL);
        return Arrays.copyOf(start, start.length + (int) begin);
    }

    private static Arguments split(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long length = bytes.getLong();
        boolean fits = length >= 0 && length <= bytes.remaining();
        byte[] header = new byte[fits ? (int) length : bytes.remaining()];
        bytes.get(header);
        return Arguments.of(fits ? 0 : length - header.length, header, bytes.remaining());
    }

    /**
     * Reads a file put together from mutated parts.
     *
     * @param lie how far the header's length is off the truth; 0 in most files that get further than that
     */
    @MethodSource("seeds")
    @DictionaryEntries({
        "\"dtype\"",
        "\"shape\"",
        "\"data_offsets\"",
        "\"__metadata__\"",
        "\"F32\"",
        "\"F4\"",
        "[0,0]",
        "9223372036854775807",
        "18446744073709551615"
    })
    @FuzzTest(maxDuration = "6s") // Jazzer wants to be the last annotation
    void anyBytesAreReadOrRefused(
            long lie, byte @NotNull @WithLength(max = 2000) [] header, @InRange(min = 0, max = 500) int dataSize) {
        readOrRefuse(FileBytes.claiming(header.length + lie, header, new byte[dataSize]));
    }

    private static void readOrRefuse(byte[] bytes) {
        MemorySegment file = MemorySegment.ofArray(bytes);
        Header header;
        try {
            header = Header.read(file, LABEL);
        } catch (SafetensorsException refusal) {
            String message = refusal.getMessage();
            assertTrue(message.startsWith(LABEL + ": ") && message.contains(": expected "), message);
            assertTrue(message.contains(", found ") && message.contains("; "), message);
            assertTrue(message.codePoints().noneMatch(Character::isISOControl), message);
            assertTrue(message.length() < 3000, message);
            return;
        }
        long end = 0;
        for (TensorInfo tensor : header.tensors()) {
            assertEquals(end, tensor.begin());
            assertEquals(
                    8 * tensor.byteSize(),
                    tensor.elementCount() * tensor.dtype().bits());
            end = tensor.end();
        }
        assertEquals(bytes.length, header.dataStart() + end);

        byte[] again = HeaderEncoder.encode(header.metadata(), header.tensors(), LABEL);
        byte[] copy = new byte[again.length + (int) end];
        System.arraycopy(again, 0, copy, 0, again.length);
        Header reread = Header.read(MemorySegment.ofArray(copy), LABEL);
        assertEquals(header.metadata(), reread.metadata());
        assertArrayEquals(header.tensors().toArray(), reread.tensors().toArray());
    }
}
