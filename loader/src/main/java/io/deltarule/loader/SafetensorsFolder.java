package io.deltarule.loader;

import io.deltarule.loader.SafetensorsException.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All tensors of a model's folder: those of {@code model.safetensors}, or where there is no such file those of the shards
 * that {@code model.safetensors.index.json} names. Everything is mapped; opening reads headers only.
 *
 * <p>The index is checked as a stranger's: bare file names, files that lie in the folder (or, where the folder is a
 * snapshot in a Hugging Face cache, among the cache's blobs, to which its links lead), every tensor in the shard that is
 * said to hold it, no tensor in two shards.
 */
public final class SafetensorsFolder implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final int MOST_FILES = 10_000;

    private final Map<Path, SafetensorsFile> files = new LinkedHashMap<>();
    private final Map<String, SafetensorsFile> byTensor = new LinkedHashMap<>();

    private SafetensorsFolder() {}

    /**
     * Maps a folder's files and checks their headers and the index.
     *
     * @throws SafetensorsException if there are none, or any of them is not what it should be
     */
    public static SafetensorsFolder open(Path folder) {
        SafetensorsFolder opened = new SafetensorsFolder();
        boolean whole = false;
        try {
            opened.openAll(folder);
            whole = true;
            return opened;
        } finally {
            if (!whole) {
                opened.close();
            }
        }
    }

    private void openAll(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new SafetensorsException(
                    Problem.NOT_FOUND,
                    folder.toString(),
                    "path",
                    "a model's folder",
                    Files.exists(folder) ? "a file" : "nothing",
                    "name the folder that holds config.json and the weights");
        }
        if (Files.exists(folder.resolve(SINGLE))) {
            add(folder.resolve(SINGLE), folder);
        } else if (Files.exists(folder.resolve(INDEX))) {
            addShards(folder, ShardIndex.read(folder.resolve(INDEX)));
        } else {
            throw new SafetensorsException(
                    Problem.NOT_FOUND,
                    folder.toString(),
                    "weights",
                    SINGLE + " or " + INDEX,
                    listing(folder),
                    "convert other formats to safetensors, or fetch what is missing");
        }
    }

    private static String listing(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            String some = entries.map(p -> Quote.of(p.getFileName().toString()))
                    .sorted()
                    .limit(8)
                    .collect(Collectors.joining(", "));
            return some.isEmpty() ? "an empty folder" : some;
        } catch (IOException e) {
            return "a folder that cannot be listed";
        }
    }

    private void addShards(Path folder, ShardIndex index) {
        if (index.files().size() > MOST_FILES) {
            throw new SafetensorsException(
                    Problem.INVALID_INDEX,
                    index.label(),
                    "weight_map",
                    "at most " + MOST_FILES + " files",
                    Integer.toString(index.files().size()),
                    "fetch the index again");
        }
        for (String name : index.files()) {
            Path shard = folder.resolve(name);
            if (!Files.exists(shard)) {
                throw new SafetensorsException(
                        Problem.NOT_FOUND,
                        index.label(),
                        "shard " + Quote.of(name),
                        "this file beside the index",
                        "nothing",
                        "fetch the missing shard");
            }
            add(shard, folder);
        }
        index.shardOf().forEach((tensor, name) -> {
            if (!files.get(folder.resolve(name)).contains(tensor)) {
                throw new SafetensorsException(
                        Problem.NO_SUCH_TENSOR,
                        index.label(),
                        SafetensorsException.tensor(tensor),
                        "it in shard " + Quote.of(name),
                        byTensor.containsKey(tensor) ? "it in another shard" : "it in none",
                        "fetch the index and its shards again, all of one version");
            }
        });
    }

    private void add(Path file, Path folder) {
        checkInside(file, folder);
        SafetensorsFile opened = SafetensorsFile.open(file);
        files.put(file, opened);
        for (TensorInfo tensor : opened.tensors()) {
            if (byTensor.put(tensor.name(), opened) != null) {
                throw new SafetensorsException(
                        Problem.DUPLICATE_KEY,
                        file.toString(),
                        SafetensorsException.tensor(tensor.name()),
                        "every tensor in one shard",
                        "it in another one too",
                        "fetch the index and its shards again, all of one version");
            }
        }
    }

    /** A link may lead a name that looks harmless anywhere. */
    private static void checkInside(Path file, Path folder) {
        try {
            Path real = file.toRealPath();
            Path root = folder.toRealPath();
            Path snapshots = root.getParent();
            boolean cache = snapshots != null
                    && snapshots.getParent() != null
                    && snapshots.endsWith("snapshots")
                    && real.startsWith(snapshots.resolveSibling("blobs"));
            if (!real.startsWith(root) && !cache) {
                throw new SafetensorsException(
                        Problem.OUTSIDE_FOLDER,
                        file.toString(),
                        "file",
                        "one that lies in the model's folder",
                        "a link to " + Quote.bare(real.toString()),
                        "copy the file into the folder");
            }
        } catch (IOException e) {
            throw new SafetensorsException(
                    Problem.IO_FAILED,
                    file.toString(),
                    "file",
                    "to find where it lies",
                    Quote.bare(e.toString()),
                    "check its permissions");
        }
    }

    /** The files in the order in which they were opened. */
    public List<Path> files() {
        return List.copyOf(files.keySet());
    }

    /** The tensors of all files, each file's in the order of their bytes. */
    public List<TensorInfo> tensors() {
        List<TensorInfo> all = new ArrayList<>();
        files.values().forEach(file -> all.addAll(file.tensors()));
        return Collections.unmodifiableList(all);
    }

    /** What the files' {@code __metadata__} say of a key; empty where none has it. */
    public Set<String> metadata(String key) {
        return files.values().stream()
                .map(file -> file.metadata().get(key))
                .filter(Objects::nonNull)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether there is a tensor of this name. */
    public boolean contains(String name) {
        return byTensor.containsKey(name);
    }

    /** What its header says of a tensor that {@link #contains} knows. */
    public TensorInfo info(String name) {
        return holder(name).info(name);
    }

    /** A tensor's bytes as {@link SafetensorsFile#tensor} gives them, valid until this folder is closed. */
    public MemorySegment tensor(String name) {
        return holder(name).tensor(name);
    }

    private SafetensorsFile holder(String name) {
        SafetensorsFile file = byTensor.get(name);
        return file == null ? files.values().iterator().next() : file; // whose own message says what is wrong
    }

    /** Unmaps all files; segments of their tensors can no longer be read. */
    @Override
    public void close() {
        files.values().forEach(SafetensorsFile::close);
    }
}
