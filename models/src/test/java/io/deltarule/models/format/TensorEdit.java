package io.deltarule.models.format;

import io.deltarule.loader.Dtype;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.loader.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A file's tensors in memory, to be changed and written back. */
final class TensorEdit {
    private record Held(Dtype dtype, List<Long> shape, MemorySegment bytes) {
        static Held of(Dtype dtype, long[] shape, byte[] bytes) {
            return new Held(dtype, Arrays.stream(shape).boxed().toList(), MemorySegment.ofArray(bytes));
        }
    }

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Map<String, Held> tensors = new LinkedHashMap<>();
    private String format = "pt";

    private TensorEdit(Path file) {
        this.file = file;
    }

    static TensorEdit of(Path file) {
        TensorEdit edit = new TensorEdit(file);
        try (SafetensorsFile in = SafetensorsFile.open(file)) {
            for (TensorInfo t : in.tensors()) {
                byte[] bytes = in.tensor(t.name()).toArray(ValueLayout.JAVA_BYTE);
                edit.tensors.put(t.name(), Held.of(t.dtype(), t.shape(), bytes));
            }
        }
        return edit;
    }

    TensorEdit remove(String name) {
        tensors.remove(name);
        return this;
    }

    TensorEdit rename(String from, String to) {
        tensors.put(to, tensors.remove(from));
        return this;
    }

    TensorEdit reshape(String name, long... shape) {
        tensors.computeIfPresent(
                name, (n, held) -> Held.of(held.dtype(), shape, held.bytes().toArray(ValueLayout.JAVA_BYTE)));
        return this;
    }

    /** The metadata's format: who wrote the file. */
    TensorEdit format(String writer) {
        format = writer;
        return this;
    }

    /** All names as a function says. */
    TensorEdit renameAll(UnaryOperator<String> name) {
        for (String old : List.copyOf(tensors.keySet())) {
            rename(old, name.apply(old));
        }
        return this;
    }

    /** Names of tensors. */
    List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    List<Long> shape(String name) {
        return tensors.get(name).shape();
    }

    /** Adds a number to all numbers of an F32 tensor. */
    TensorEdit add(String name, float number) {
        MemorySegment bytes = tensors.get(name).bytes();
        for (long i = 0; i < bytes.byteSize() / Float.BYTES; i++) {
            long at = i * Float.BYTES;
            bytes.set(FLOAT, at, bytes.get(FLOAT, at) + number);
        }
        return this;
    }

    /** Sets one number of an F32 tensor. */
    TensorEdit set(String name, long index, float number) {
        tensors.get(name).bytes().set(FLOAT, index * Float.BYTES, number);
        return this;
    }

    TensorEdit zeros(String name, Dtype dtype, long... shape) {
        long count = 1;
        for (long n : shape) {
            count *= n;
        }
        tensors.put(name, Held.of(dtype, shape, new byte[(int) (count * dtype.bits() / 8)]));
        return this;
    }

    /** The second one's rows after the first one's, under the first one's name. */
    TensorEdit append(String first, String second) {
        Held a = tensors.get(first);
        Held b = tensors.remove(second);
        byte[] both = Arrays.copyOf(a.bytes().toArray(ValueLayout.JAVA_BYTE), (int)
                (a.bytes().byteSize() + b.bytes().byteSize()));
        MemorySegment.copy(
                b.bytes(),
                0,
                MemorySegment.ofArray(both),
                a.bytes().byteSize(),
                b.bytes().byteSize());
        long[] shape = a.shape().stream().mapToLong(n -> n).toArray();
        shape[0] += b.shape().getFirst();
        tensors.put(first, Held.of(a.dtype(), shape, both));
        return this;
    }

    void write() {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", format);
        tensors.forEach((name, t) ->
                writer.add(name, t.dtype(), t.shape().stream().mapToLong(n -> n).toArray(), t.bytes()));
        writer.write(file);
    }
}
