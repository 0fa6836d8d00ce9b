package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.Dtype;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.family.ModelFormat;
import io.deltarule.models.format.family.ModelPrograms;
import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.format.weights.WeightSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes a folder in a published format with random weights: for tests, and for measuring speed and memory at sizes whose
 * real weights are not at hand. The same config, type and seed give the same numbers on every machine.
 *
 * <p>Projections keep the size of what goes through them, decays are spread as models initialise them; what comes out of the
 * model is noise.
 */
public final class RandomModel {
    /**
     * How the numbers are written.
     *
     * @param type of every tensor
     * @param seed of the numbers
     * @param shards how many files; more than one come with an index
     */
    public record Options(WeightType type, long seed, int shards) {
        /** Checks type and number of files. */
        public Options {
            if (type.block() != 1 || type == WeightType.F8_E4M3) {
                throw new InvalidInputException("type: expected F32, BF16 or F16 but found " + type
                        + "; write one of these, and convert the folder to a GGUF file");
            }
            if (shards < 1 || shards > 1000) {
                throw new InvalidInputException("shards: expected a number from 1 to 1000 but found " + shards);
            }
        }
    }

    /** A text model that is a part, as it is published beside a vision model. */
    static final StoredTensors NESTED = new StoredTensors() {
        @Override
        public boolean contains(String name) {
            return name.startsWith("model.language_model.");
        }

        @Override
        public String prefix(String embedding, String absent) {
            return "model.language_model.";
        }
    };

    private final Options options;
    private final Map<String, RandomTensor> tensors = new LinkedHashMap<>();

    private RandomModel(Options options) {
        this.options = options;
    }

    /**
     * Writes config.json and the tensors that it asks for.
     *
     * @param folder new or empty
     * @param config the whole config.json
     * @param options type, seed, files
     * @return how many numbers were written
     * @throws InvalidInputException if the config is none that is supported, or the folder holds something
     */
    public static long write(Path folder, String config, Options options) {
        return write(folder, config, options, 0);
    }

    /** The same with the n-th of the names that each weight may have, or its last. */
    static long write(Path folder, String config, Options options, int variant) {
        ConfigObject parsed = ConfigObject.parse(config);
        boolean nested = parsed.object("text_config") != null;
        ModelPrograms programs = ModelFormat.of(parsed).programs(parsed, nested ? NESTED : StoredTensors.NOTHING);
        RandomModel model = new RandomModel(options);
        Stream.concat(programs.body().ops().stream(), programs.head().ops().stream())
                .forEach(op -> op.weights().forEach((weight, dims) -> {
                    List<WeightSource> sources = programs.names().sources(weight, dims);
                    model.add(
                            sources.get(Math.min(variant, sources.size() - 1)),
                            dims,
                            RandomTensor.Range.of(op, weight, dims, programs.tied()));
                }));
        return model.write(folder, config);
    }

    /**
     * The programs of a config, for which {@link RandomWeights} are made where no folder is wanted.
     *
     * @param config the whole config.json
     * @return the body, from ids to normed rows, and the head, from these to logits
     * @throws InvalidInputException if the config is none that is supported
     */
    public static List<LayerProgram> programs(String config) {
        ConfigObject parsed = ConfigObject.parse(config);
        ModelPrograms programs = ModelFormat.of(parsed).programs(parsed, StoredTensors.NOTHING);
        return List.of(programs.body(), programs.head());
    }

    private void add(WeightSource source, int[] dims, RandomTensor.Range range) {
        switch (source) {
            case WeightSource.Rows rows -> {
                int[] chunks = rows.chunks();
                for (int i = 0; i < chunks.length; i++) {
                    long[] own =
                            rows.shape().stream().mapToLong(Integer::longValue).toArray();
                    own[0] = chunks[i];
                    tensors.putIfAbsent(rows.names().get(i), new RandomTensor(own, range));
                }
            }
            case WeightSource.Joined joined -> {
                for (int i = 0; i < joined.names().size(); i++) {
                    long[] own = joined.shapes().get(i).stream()
                            .mapToLong(Integer::longValue)
                            .toArray();
                    tensors.putIfAbsent(joined.names().get(i), new RandomTensor(own, range));
                }
            }
            case WeightSource.InverseLengths lengths -> {} // follow from a tensor that another weight needs
            case WeightSource.Made made -> throw new AssertionError("no published folder computes " + made.names());
            case WeightSource.Product product -> {
                int rank = Math.max(1, Math.min(dims[0], dims[1]) / 2);
                double half = Math.sqrt(3.0 / rank);
                tensors.putIfAbsent(
                        product.b(), new RandomTensor(new long[] {dims[0], rank}, new RandomTensor.Range(-half, half)));
                tensors.putIfAbsent(product.a(), new RandomTensor(new long[] {rank, dims[1]}, range));
            }
        }
    }

    private long write(Path folder, String config) {
        checkEmpty(folder);
        long numbers = 0;
        for (RandomTensor tensor : tensors.values()) {
            numbers += tensor.count();
        }
        try {
            Files.createDirectories(folder);
            writeShards(folder, numbers);
            Files.writeString(folder.resolve("config.json"), config, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidInputException(folder + ": expected to write there but found " + e);
        }
        return numbers;
    }

    private static void checkEmpty(Path folder) {
        if (Files.exists(folder)) {
            try (Stream<Path> inside = Files.list(folder)) {
                if (inside.findAny().isEmpty()) {
                    return;
                }
            } catch (IOException e) {
                throw new InvalidInputException(folder + ": expected a folder to write to but found " + e);
            }
            throw new InvalidInputException(
                    folder + ": expected a new or empty folder but found files in it; name another one");
        }
    }

    private void writeShards(Path folder, long numbers) throws IOException {
        List<Map.Entry<String, RandomTensor>> rest = new ArrayList<>(tensors.entrySet());
        int shards = Math.min(options.shards(), rest.size());
        StringBuilder index = new StringBuilder();
        long written = 0;
        for (int shard = 0; shard < shards; shard++) {
            String file = shards == 1
                    ? "model.safetensors"
                    : String.format("model-%05d-of-%05d.safetensors", shard + 1, shards);
            try (Arena arena = Arena.ofShared()) {
                SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
                int left = shards - shard - 1;
                do {
                    Map.Entry<String, RandomTensor> next = rest.removeFirst();
                    add(writer, next.getKey(), next.getValue(), arena);
                    written += next.getValue().count();
                    index.append(index.isEmpty() ? "" : ",\n    ")
                            .append('"')
                            .append(next.getKey())
                            .append("\": \"")
                            .append(file)
                            .append('"');
                } while (rest.size() > left && (left == 0 || written < numbers / shards * (shard + 1)));
                writer.write(folder.resolve(file));
            }
        }
        if (shards > 1) {
            Files.writeString(
                    folder.resolve("model.safetensors.index.json"),
                    "{\n  \"metadata\": {\"total_size\": "
                            + options.type().bytes(numbers) + "},\n  \"weight_map\": {\n    " + index
                            + "\n  }\n}\n");
        }
    }

    private void add(SafetensorsWriter writer, String name, RandomTensor tensor, Arena arena) {
        MemorySegment bytes = arena.allocate(options.type().bytes(tensor.count()), 64);
        tensor.fill(bytes, options.type(), RandomTensor.seed(options.seed(), name));
        Dtype dtype = switch (options.type()) {
            case F32 -> Dtype.F32;
            case BF16 -> Dtype.BF16;
            case F16 -> Dtype.F16;
            case Q8_0, Q4_0, Q4_K, Q5_K, Q6_K, F8_E4M3 -> throw new AssertionError(options);
        };
        writer.add(name, dtype, tensor.shape(), bytes);
    }
}
