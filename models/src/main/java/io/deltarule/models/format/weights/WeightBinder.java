package io.deltarule.models.format.weights;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import io.deltarule.models.format.config.MessageText;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds a program's weights in a folder's tensors. All that is missing, unexpected or of another shape is named at once:
 * whoever has to mend a folder wants to know all of it.
 */
public final class WeightBinder {
    /** Most numbers of a factor of a product: the second one is copied to a Java array. */
    private static final long MOST_IN_A_FACTOR = 1 << 30;

    private final TensorStore folder;
    private final TensorNames names;
    private final Arena arena;
    private final Map<String, Weight> weights = new LinkedHashMap<>();
    private final Map<String, String> stored = new LinkedHashMap<>();
    private final Set<String> used = new LinkedHashSet<>();
    private final Set<String> scalesUsed = new HashSet<>();
    private final Map<String, String> ignored = new LinkedHashMap<>();
    private final Set<String> missing = new LinkedHashSet<>();
    private final List<String> wrong = new ArrayList<>();

    private WeightBinder(TensorStore folder, TensorNames names, Arena arena) {
        this.folder = folder;
        this.names = names;
        this.arena = arena;
    }

    /**
     * What was found.
     *
     * @param weights by their names in the programs
     * @param stored what the files call them: a tensor, or several with commas between them
     * @param ignored tensors that no weight needs, with the reason
     * @param parameters how many numbers the tensors hold that are needed
     */
    public record Bound(Weights weights, Map<String, String> stored, Map<String, String> ignored, long parameters) {}

    /**
     * Finds every weight.
     *
     * @param wanted the programs' weights, by name, with their shapes
     * @param names what the files call them
     * @param folder the tensors
     * @param arena owner of what cannot be used where it lies
     * @throws InvalidInputException naming all tensors that are missing, unexpected or of another shape or type
     */
    public static Bound bind(Map<String, int[]> wanted, TensorNames names, TensorStore folder, Arena arena) {
        WeightBinder binder = new WeightBinder(folder, names, arena);
        wanted.forEach(binder::find);
        long parameters = binder.sortOutTheRest();
        return new Bound(
                new Weights(binder.weights), Map.copyOf(binder.stored), Map.copyOf(binder.ignored), parameters);
    }

    private void find(String weight, int[] dims) {
        List<WeightSource> sources = names.sources(weight, dims);
        for (WeightSource source : sources) {
            if (source.names().stream().allMatch(folder::contains)) {
                used.addAll(source.names());
                Weight found = switch (source) {
                    case WeightSource.Rows rows -> rows(rows, dims);
                    case WeightSource.Product product -> product(product, dims);
                    case WeightSource.Made made -> made(made, dims);
                    case WeightSource.Joined joined -> joined(joined, dims);
                    case WeightSource.InverseLengths lengths -> inverseLengths(lengths, dims);
                };
                if (found != null) {
                    checkVector(source, found);
                    weights.put(weight, found);
                    stored.put(weight, MessageText.names(source.names()));
                }
                return;
            }
        }
        sources.getFirst().names().stream()
                .filter(name -> !folder.contains(name))
                .forEach(missing::add);
    }

    /** Vectors are few numbers, and one that chooses experts may be NaN without any result being so. */
    private void checkVector(WeightSource source, Weight weight) {
        for (long i = 0; weight.rank() == 1 && i < weight.size(); i++) {
            if (Float.isNaN(weight.get(i))) {
                wrong(MessageText.names(source.names()), "numbers", "NaN at " + i);
                return;
            }
        }
    }

    private Weight rows(WeightSource.Rows source, int[] dims) {
        long total = 0;
        int[] expected = source.shape().stream().mapToInt(n -> n).toArray();
        for (String name : source.names()) {
            StoredTensor info = folder.info(name);
            if (!isWeight(info)) {
                return null;
            }
            boolean fits = source.names().size() == 1
                    ? sameShape(info.extents(), expected)
                    : sameShape(tail(info.extents()), tail(expected))
                            && !info.shape().isEmpty();
            if (!fits) {
                wrong(name, Arrays.toString(expected), info.shape().toString());
                return null;
            }
            total += info.elementCount();
        }
        if (total != product(expected)) {
            wrong(
                    MessageText.names(source.names()),
                    Arrays.toString(expected) + " together",
                    total + " numbers rather than " + product(expected));
            return null;
        }
        List<StoredTensor> infos = source.names().stream().map(folder::info).toList();
        long row = product(tail(dims));
        if (infos.stream()
                .anyMatch(info -> dims[dims.length - 1] % info.weightType().block() != 0)) {
            wrong(
                    MessageText.names(source.names()),
                    "whole blocks in rows of " + row,
                    infos.getFirst().type());
            return null;
        }
        return StoredWeight.of(folder, infos, source.firstRow() * row, dims, arena);
    }

    private boolean isWeight(StoredTensor info) {
        if (info.weightType() == null) {
            wrong(info.name(), folder.types(), info.type());
            return false;
        }
        return info.weightType() != WeightType.F8_E4M3 || hasScales(info);
    }

    /** FP8 matrices have a scale for every 128 rows and columns; stacked ones must not share blocks. */
    private boolean hasScales(StoredTensor info) {
        String scales = StoredWeight.scales(info.name());
        if (!folder.contains(scales)) {
            wrong(info.name(), "a matrix of FP8 with scales in " + scales, info.type() + " without");
            return false;
        }
        used.add(scales);
        scalesUsed.add(scales);
        long[] shape = info.extents();
        if (shape.length < 2 || info.elementCount() == 0) {
            wrong(info.name(), "a matrix", info.type() + " " + info.shape());
            return false;
        }
        long rows = shape[shape.length - 2];
        long columns = shape[shape.length - 1];
        long stacked = info.elementCount() / (rows * columns);
        long expected =
                stacked * Math.ceilDiv(rows, StoredWeight.FP8_BLOCK) * Math.ceilDiv(columns, StoredWeight.FP8_BLOCK);
        StoredTensor found = folder.info(scales);
        boolean fits = found.elementCount() == expected
                && found.weightType() != null
                && found.weightType() != WeightType.F8_E4M3
                && (stacked == 1 || rows % StoredWeight.FP8_BLOCK == 0);
        if (!fits) {
            wrong(scales, expected + " scales, one for every 128 by 128 numbers", found.type() + " " + found.shape());
        }
        return fits;
    }

    private Weight made(WeightSource.Made source, int[] dims) {
        List<StoredTensor> infos = whole(source.names(), source.shapes());
        return infos == null ? null : StoredWeight.made(folder, infos, source.maker(), dims, arena);
    }

    private Weight joined(WeightSource.Joined source, int[] dims) {
        List<StoredTensor> infos = whole(source.names(), source.shapes());
        return infos == null ? null : StoredWeight.of(folder, infos, 0, dims, arena);
    }

    private Weight inverseLengths(WeightSource.InverseLengths source, int[] dims) {
        List<StoredTensor> infos = whole(source.names(), List.of(source.shape()));
        if (infos == null) {
            return null;
        }
        Weight lengths = StoredWeight.inverseLengths(folder, infos.getFirst(), dims, arena);
        for (int row = 0; row < dims[0]; row++) {
            if (Float.isInfinite(lengths.get(row))) {
                wrong(source.name(), "rows with a length, by which logits are divided,", "zeros in row " + row);
                return null;
            }
        }
        return lengths;
    }

    /** Tensors that have exactly these shapes; null where one has not. */
    private List<StoredTensor> whole(List<String> tensors, List<List<Integer>> shapes) {
        List<StoredTensor> infos = tensors.stream().map(folder::info).toList();
        for (int i = 0; i < infos.size(); i++) {
            int[] expected = shapes.get(i).stream().mapToInt(n -> n).toArray();
            if (!isWeight(infos.get(i))) {
                return null;
            }
            if (!sameShape(infos.get(i).extents(), expected)) {
                wrong(
                        infos.get(i).name(),
                        Arrays.toString(expected),
                        infos.get(i).shape().toString());
                return null;
            }
        }
        return infos;
    }

    /**
     * Whether shapes agree but for axes of length 1, which some writers leave out, and for vectors, which some cut into
     * heads.
     */
    private static boolean sameShape(long[] found, int[] expected) {
        long[] squeezed = Arrays.stream(found).filter(n -> n != 1).toArray();
        long[] wanted =
                Arrays.stream(expected).filter(n -> n != 1).asLongStream().toArray();
        if (wanted.length <= 1) {
            long count = 1;
            for (long n : squeezed) {
                count = Math.multiplyExact(count, n);
            }
            return count == (wanted.length == 0 ? 1 : wanted[0]);
        }
        return Arrays.equals(squeezed, wanted);
    }

    private static long[] tail(long[] shape) {
        return shape.length == 0 ? shape : Arrays.copyOfRange(shape, 1, shape.length);
    }

    private static int[] tail(int[] shape) {
        return shape.length == 0 ? shape : Arrays.copyOfRange(shape, 1, shape.length);
    }

    private static long product(int[] dims) {
        long product = 1;
        for (int n : dims) {
            product = Math.multiplyExact(product, n);
        }
        return product;
    }

    private Weight product(WeightSource.Product source, int[] dims) {
        StoredTensor b = folder.info(source.b());
        StoredTensor a = folder.info(source.a());
        for (StoredTensor factor : List.of(b, a)) {
            if (!isWeight(factor)) {
                return null;
            }
        }
        boolean fits = b.shape().size() == 2
                && a.shape().size() == 2
                && b.extents()[0] == dims[0]
                && a.extents()[1] == dims[1]
                && b.extents()[1] == a.extents()[0]
                && Math.max(b.elementCount(), a.elementCount()) <= MOST_IN_A_FACTOR;
        if (!fits) {
            wrong(
                    b.name() + " and " + a.name(),
                    "[" + dims[0] + ", rank] and [rank, " + dims[1] + "]",
                    b.shape() + " and " + a.shape());
            return null;
        }
        return StoredWeight.product(folder, b, a, arena);
    }

    private void wrong(String name, String expected, String found) {
        String line = MessageText.text(name) + ": expected " + expected + " but found " + found;
        if (!wrong.contains(line)) {
            wrong.add(line);
        }
    }

    /** @return how many numbers the needed tensors hold */
    private long sortOutTheRest() {
        List<String> unexpected = new ArrayList<>();
        long parameters = 0;
        for (StoredTensor tensor : folder.tensors()) {
            if (used.contains(tensor.name())) {
                parameters += scalesUsed.contains(tensor.name()) ? 0 : tensor.elementCount();
                continue;
            }
            String reason = names.ignored(tensor.name());
            if (reason == null) {
                unexpected.add(tensor.name());
            } else {
                ignored.put(tensor.name(), reason);
            }
        }
        List<String> problems = new ArrayList<>();
        if (!wrong.isEmpty()) {
            problems.add(MessageText.names(wrong));
        }
        if (!missing.isEmpty()) {
            problems.add("missing are " + MessageText.names(missing));
        }
        if (!unexpected.isEmpty()) {
            problems.add("unexpected are " + MessageText.names(unexpected));
        }
        if (!problems.isEmpty()) {
            throw new InvalidInputException("tensors: " + String.join("; ", problems) + folder.cure());
        }
        return parameters;
    }
}
