package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.loader.Dtype;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.loader.TensorInfo;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A state on disk: a safetensors file.
 *
 * <pre>
 *   metadata   format      deltarule-state/1; the number goes up when the layout changes
 *              model       the model's fingerprint
 *              positions   how many tokens
 *              note.NAME   texts of whoever saved it, such as a conversation's messages
 *              checksum    CRC-32C of ids, runs, logits and every state tensor in this order, as stored
 *   ids        I64 [T]     the tokens
 *   runs       I64 [R]     where each run ended, so that rolling back can replay them as they were
 *   logits     F32 [V]     for the token that comes next
 *   0000.delta …           what {@link StateLayout} names
 * </pre>
 */
final class StateFile {
    static final String FORMAT = "deltarule-state/1";
    private static final String NOTE = "note.";
    private static final String AGAIN = "; save it again with this program and this model";

    private StateFile() {}

    static void write(Path path, ModelState state, Network network) {
        int[] ids = state.ids();
        long[] longs = Arrays.stream(ids).asLongStream().toArray();
        long[] ends = Arrays.stream(state.history().ends()).asLongStream().toArray();
        if (ids.length == 0) {
            throw new InvalidInputException("state: expected at least one token before it is saved but found none");
        }
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("format", FORMAT)
                .metadata("model", state.fingerprint())
                .metadata("positions", Integer.toString(ids.length))
                .metadata("checksum", checksum(longs, ends, state.logits(), state.tensors()))
                .addLongs("ids", new long[] {longs.length}, longs)
                .addLongs("runs", new long[] {ends.length}, ends)
                .addFloats(
                        "logits",
                        new long[] {network.vocabulary()},
                        state.logits().data());
        state.notes().forEach((name, text) -> writer.metadata(NOTE + name, text));
        List<String> names = new StateLayout(network.body(), network.positions(ids.length)).names();
        for (int i = 0; i < names.size(); i++) {
            Tensor tensor = state.tensors().get(i);
            writer.addFloats(
                    names.get(i), Arrays.stream(tensor.dims()).asLongStream().toArray(), tensor.data());
        }
        writer.write(path);
    }

    static ModelState read(Path path, Network network) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            return new Reader(path, file, network).state();
        }
    }

    private static String checksum(long[] ids, long[] ends, Tensor logits, List<Tensor> tensors) {
        CRC32C sum = new CRC32C();
        update(sum, ids);
        update(sum, ends);
        update(sum, logits);
        tensors.forEach(tensor -> update(sum, tensor));
        return String.format("%08x", sum.getValue());
    }

    private static void update(CRC32C sum, long[] values) {
        for (long value : values) {
            for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
                sum.update((int) (value >>> shift) & 0xff);
            }
        }
    }

    private static void update(CRC32C sum, Tensor tensor) {
        float[] block = new float[1 << 12];
        byte[] bytes = new byte[block.length * Float.BYTES];
        for (long done = 0; done < tensor.size(); done += block.length) {
            int count = (int) Math.min(block.length, tensor.size() - done);
            for (int i = 0; i < count; i++) {
                int bits = Float.floatToRawIntBits(tensor.get(done + i));
                for (int b = 0; b < Float.BYTES; b++) {
                    bytes[i * Float.BYTES + b] = (byte) (bits >>> (b * Byte.SIZE));
                }
            }
            sum.update(bytes, 0, count * Float.BYTES);
        }
    }

    /** Checks in the order in which a mistake explains itself: kind of file, version, model, shapes, then every byte. */
    private record Reader(Path path, SafetensorsFile file, Network network) {
        ModelState state() {
            String format = file.metadata().get("format");
            if (format == null || !format.startsWith("deltarule-state/")) {
                throw refused("format", FORMAT, format == null ? "none" : "'" + format + "'", "; name a state file");
            }
            if (!format.equals(FORMAT)) {
                throw refused("format", FORMAT, "'" + format + "', another version", AGAIN);
            }
            String model = file.metadata().getOrDefault("model", "none");
            if (!model.equals(network.fingerprint())) {
                throw refused(
                        "model",
                        "the state of the model " + network.fingerprint(),
                        "one of " + model,
                        "; load it into the model that it was saved from");
            }
            int[] ids = ints("ids");
            int[] ends = ints("runs");
            if (!file.metadata().getOrDefault("positions", "none").equals(Integer.toString(ids.length))) {
                throw damaged(
                        "positions",
                        Integer.toString(ids.length),
                        file.metadata().get("positions"));
            }
            if (ids.length == 0 || ends.length == 0 || ends[ends.length - 1] != ids.length) {
                throw damaged("runs", "to end at " + ids.length, Arrays.toString(Arrays.copyOf(ends, 4)) + "…");
            }
            for (int i = 0; i < ends.length; i++) {
                if (ends[i] <= (i == 0 ? 0 : ends[i - 1])) {
                    throw damaged("runs", "rising numbers", ends[i] + " at place " + i);
                }
            }
            network.checkIds(path + ": ids", ids);
            int positions = network.positions(ids.length);
            StateLayout layout = new StateLayout(network.body(), positions);
            Tensor logits = floats("logits", network.vocabulary());
            List<Tensor> tensors = new ArrayList<>();
            List<int[]> shapes = layout.shapes(positions);
            for (int i = 0; i < shapes.size(); i++) {
                tensors.add(floats(layout.names().get(i), shapes.get(i)));
            }
            checkNames(layout);
            String found = checksum(longs(ids), longs(ends), logits, tensors);
            String stored = file.metadata().getOrDefault("checksum", "none");
            if (!found.equals(stored)) {
                throw damaged("checksum", stored, found);
            }
            return new ModelState(network.fingerprint(), TokenHistory.of(ids, ends), logits, tensors).with(notes());
        }

        private Map<String, String> notes() {
            Map<String, String> notes = new HashMap<>();
            file.metadata().forEach((name, text) -> {
                if (name.startsWith(NOTE)) {
                    notes.put(name.substring(NOTE.length()), text);
                }
            });
            return notes;
        }

        private static long[] longs(int[] values) {
            return Arrays.stream(values).asLongStream().toArray();
        }

        private void checkNames(StateLayout layout) {
            Set<String> known = new HashSet<>(layout.names());
            known.addAll(List.of("ids", "runs", "logits"));
            for (TensorInfo tensor : file.tensors()) {
                if (!known.contains(tensor.name())) {
                    throw damaged("tensors", "only those of this model's state", "'" + tensor.name() + "'");
                }
            }
        }

        private int[] ints(String name) {
            check(name, Dtype.I64, null);
            long[] longs = file.readLongs(name);
            for (int i = 0; i < longs.length; i++) {
                if (longs[i] < 0 || longs[i] > Integer.MAX_VALUE) {
                    throw damaged(name, "numbers from 0 to " + Integer.MAX_VALUE, longs[i] + " at place " + i);
                }
            }
            return Arrays.stream(longs).mapToInt(l -> (int) l).toArray();
        }

        private Tensor floats(String name, int... dims) {
            check(name, Dtype.F32, longs(dims));
            Tensor tensor = Tensor.allocate(Arena.ofAuto(), dims);
            file.readFloats(name, tensor.data());
            return tensor;
        }

        private void check(String name, Dtype dtype, long[] shape) {
            if (!file.contains(name)) {
                throw damaged("tensors", "'" + name + "'", "none of that name");
            }
            TensorInfo info = file.info(name);
            boolean fits = shape == null ? info.rank() == 1 : Arrays.equals(info.shape(), shape);
            if (info.dtype() != dtype || !fits) {
                throw damaged(
                        name,
                        dtype + " " + (shape == null ? "[tokens]" : Arrays.toString(shape)),
                        info.dtype() + " " + Arrays.toString(info.shape()));
            }
        }

        private InvalidInputException damaged(String what, String expected, String found) {
            return refused(what, expected, found, "; the file is damaged: save it again");
        }

        private InvalidInputException refused(String what, String expected, String found, String cure) {
            return new InvalidInputException(
                    path + ": state file, " + what + ": expected " + expected + " but found " + found + cure);
        }
    }
}
