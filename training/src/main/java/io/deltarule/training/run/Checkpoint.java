package io.deltarule.training.run;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.loader.SafetensorsException;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.training.Trainer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with everything that a run needs to go on. It is written under another name and then renamed: it is whole or not there,
 * whatever interrupts the writing.
 *
 * <pre>
 *   step-N/config.json, model.safetensors, tokenizer.json     a model's folder, as others read it
 *   step-N/optimizer.safetensors                              NAME.weight for each thing remembered of a weight; where the model's
 *                                                             numbers are rounded, weight.NAME as they are
 *   step-N/state.json                                         the rest, and SHA-256 of the two
 * </pre>
 *
 * @param path the folder
 * @param step how many steps were done
 */
record Checkpoint(Path path, long step) {
    private static final String MODEL = "model.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String EXACT = "weight.";
    private static final Pattern NAME = Pattern.compile("step-([1-9]\\d{0,14})");
    private static final String UNFINISHED = ".part";

    /** All of a folder, the oldest first. */
    static List<Checkpoint> all(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            List<Checkpoint> all = new ArrayList<>();
            for (Path path : inside.toList()) {
                Matcher name = NAME.matcher(path.getFileName().toString());
                if (name.matches()) {
                    all.add(new Checkpoint(path, Long.parseLong(name.group(1))));
                }
            }
            all.sort(Comparator.comparingLong(Checkpoint::step));
            return all;
        } catch (IOException e) {
            throw cannot(folder, e);
        }
    }

    /**
     * Writes one.
     *
     * @param folder that holds checkpoints
     * @param trainer whose numbers are written
     * @param state whose digests are still missing
     * @param files further files of the model's folder, by name
     * @param precision of the model's numbers
     */
    static Checkpoint write(
            Path folder, Trainer trainer, RunState state, Map<String, byte[]> files, WeightType precision) {
        Path target = folder.resolve("step-" + state.step());
        Path part = folder.resolve("." + target.getFileName() + "-" + UUID.randomUUID() + UNFINISHED);
        try {
            Files.createDirectories(part);
            trainer.save(part, precision);
            writeOptimizer(part.resolve(OPTIMIZER), trainer, precision != WeightType.F32);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(part.resolve(file.getKey()), file.getValue());
            }
            Map<String, String> digests = new LinkedHashMap<>();
            for (String name : List.of(MODEL, OPTIMIZER)) {
                digests.put(name, Digests.of(part.resolve(name)));
            }
            RunState whole = new RunState(
                    state.version(),
                    state.step(),
                    state.tokens(),
                    state.seconds(),
                    state.loss(),
                    state.config(),
                    digests);
            Files.write(part.resolve(RunState.FILE), whole.json());
            forceAll(part);
            if (Files.exists(target)) {
                remove(target);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            force(folder);
            return new Checkpoint(target, state.step());
        } catch (IOException e) {
            throw cannot(folder, e);
        }
    }

    private static void writeOptimizer(Path file, Trainer trainer, boolean exact) {
        SafetensorsWriter writer = new SafetensorsWriter();
        trainer.optimizer().state().forEach((name, arena) -> add(writer, name + ".", arena));
        if (exact) {
            add(writer, EXACT, trainer.weights().trained());
            add(writer, EXACT, trainer.weights().frozen());
        }
        writer.write(file);
    }

    private static void add(SafetensorsWriter writer, String prefix, ParameterArena arena) {
        for (ParameterLayout.Entry entry : arena.layout().entries()) {
            writer.addFloats(
                    prefix + entry.name(),
                    Arrays.stream(entry.dims()).asLongStream().toArray(),
                    arena.tensor(entry.name()).data());
        }
    }

    /**
     * Sets a trainer to where this was written.
     *
     * @param state this one's
     * @throws InvalidInputException if a file is missing, damaged or of another model
     */
    void restore(Trainer trainer, RunState state) {
        for (String name : List.of(MODEL, OPTIMIZER)) {
            check(name, state.digests().get(name));
        }
        try (SafetensorsFile file = SafetensorsFile.open(path.resolve(OPTIMIZER))) {
            trainer.optimizer().state().forEach((name, arena) -> read(file, name + ".", arena));
            boolean exact = file.tensors().stream().anyMatch(t -> t.name().startsWith(EXACT));
            if (exact) {
                read(file, EXACT, trainer.weights().trained());
                read(file, EXACT, trainer.weights().frozen());
            } else {
                try (ModelFolder model = ModelFolder.open(path)) {
                    trainer.weights().copyFrom(model.weights());
                }
            }
        } catch (SafetensorsException e) {
            throw damaged(e.getMessage());
        }
        trainer.continueAfter(state.step());
    }

    private void check(String name, String expected) {
        try {
            String found = Files.isRegularFile(path.resolve(name)) ? Digests.of(path.resolve(name)) : "no such file";
            if (!found.equals(expected)) {
                throw damaged(name + ": expected SHA-256 " + expected + ", as when it was written, but found " + found);
            }
        } catch (IOException e) {
            throw cannot(path, e);
        }
    }

    private InvalidInputException damaged(String what) {
        return new InvalidInputException(
                path + ": " + what + "; remove the folder, and --resume goes on from the checkpoint before it");
    }

    private void read(SafetensorsFile file, String prefix, ParameterArena arena) {
        for (ParameterLayout.Entry entry : arena.layout().entries()) {
            String name = prefix + entry.name();
            long[] shape = Arrays.stream(entry.dims()).asLongStream().toArray();
            if (!file.contains(name) || !Arrays.equals(file.info(name).shape(), shape)) {
                throw damaged(OPTIMIZER + ": expected tensor " + name + " " + Arrays.toString(shape) + " but found "
                        + (file.contains(name) ? Arrays.toString(file.info(name).shape()) : "none"));
            }
            Tensor tensor = arena.tensor(entry.name());
            MemorySegment.copy(
                    file.tensor(name),
                    ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                    0,
                    tensor.data(),
                    Tensor.FLOAT,
                    0,
                    entry.size());
        }
    }

    /** Removes what was not finished, and all but the newest. */
    static void prune(Path folder, int keep) {
        try (Stream<Path> inside = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            for (Path path : inside.toList()) {
                String name = path.getFileName().toString();
                if (name.startsWith(".step-") && name.endsWith(UNFINISHED)) {
                    delete(path);
                }
            }
            List<Checkpoint> all = all(folder);
            for (int i = 0; keep > 0 && i < all.size() - keep; i++) {
                remove(all.get(i).path());
            }
        } catch (IOException e) {
            throw cannot(folder, e);
        }
    }

    /** Takes its name first: half of one must not look like a whole one. */
    private static void remove(Path checkpoint) throws IOException {
        Path part = checkpoint.resolveSibling("." + checkpoint.getFileName() + "-" + UUID.randomUUID() + UNFINISHED);
        Files.move(checkpoint, part, StandardCopyOption.ATOMIC_MOVE);
        delete(part);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void forceAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
        force(folder);
    }

    /** A folder's own entries; not every system lets them be forced, and those that do not need it the less. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notHere) {
            // Windows opens no folders
        }
    }

    private static InvalidInputException cannot(Path where, IOException e) {
        return new InvalidInputException(
                where + ": expected to read and write there but found " + e + "; check permissions and free space");
    }
}
