package io.deltarule.cli.operation;

import io.deltarule.cli.output.Progress;
import io.deltarule.core.Comparison;
import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How one tensor of two files compares.
 *
 * @param name its name
 * @param dims its shape, in the file that has it
 * @param comparison the errors; null if there is nothing to compare
 * @param problem why there is not, else null
 * @param skipped whether the problem does not count: a gradient d_…, where the other file was made without any gradient
 */
@SuppressWarnings("ArrayRecordComponent") // made here and never changed
record TensorComparison(String name, long[] dims, Comparison comparison, String problem, boolean skipped) {
    /**
     * Compares every tensor of either file.
     *
     * @param expected what is right
     * @param found what is judged
     * @param only the names to compare, all if empty
     * @param progress told of every tensor begun
     * @return one entry per name, by name
     * @throws InvalidInputException if there is nothing at all to compare, or neither file has a tensor that is named
     */
    static List<TensorComparison> ofFiles(Path expected, Path found, List<String> only, Progress progress) {
        try (SafetensorsFile a = SafetensorsFile.open(expected);
                SafetensorsFile b = SafetensorsFile.open(found)) {
            TreeSet<String> names = new TreeSet<>();
            Stream.concat(a.tensors().stream(), b.tensors().stream()).forEach(t -> names.add(t.name()));
            for (String name : only) {
                if (!names.contains(name)) {
                    throw new InvalidInputException("--tensors: expected names of tensors in " + expected + " or "
                            + found + " but found '" + name + "'; there are " + String.join(", ", names));
                }
            }
            if (!only.isEmpty()) {
                names.retainAll(only);
            }
            if (names.isEmpty()) {
                throw new InvalidInputException("compare: expected tensors in " + expected + " or " + found
                        + " but found none; name files that hold some");
            }
            List<TensorComparison> rows = new ArrayList<>();
            for (String name : names) {
                progress.say("comparing " + name);
                rows.add(of(name, a, b));
            }
            return rows;
        }
    }

    private static TensorComparison of(String name, SafetensorsFile a, SafetensorsFile b) {
        if (!a.contains(name) || !b.contains(name)) {
            boolean inA = a.contains(name);
            boolean skipped = isGradient(name) && !holdsGradients(inA ? b : a);
            return new TensorComparison(
                    name, (inA ? a : b).info(name).shape(), null, "in " + (inA ? "A" : "B") + " only", skipped);
        }
        TensorInfo left = a.info(name);
        TensorInfo right = b.info(name);
        if (!Arrays.equals(left.shape(), right.shape())) {
            return new TensorComparison(
                    name,
                    left.shape(),
                    null,
                    "expected the shape of A but B has " + Arrays.toString(right.shape()),
                    false);
        }
        Comparison comparison =
                Comparison.of(name, left.elementCount(), FileTensorValues.of(a, left), FileTensorValues.of(b, right));
        return new TensorComparison(name, left.shape(), comparison, null, false);
    }

    private static boolean isGradient(String name) {
        return name.startsWith("d_");
    }

    private static boolean holdsGradients(SafetensorsFile file) {
        return file.tensors().stream().anyMatch(t -> isGradient(t.name()));
    }

    /** Whether the tensor is in both files, finite, and within the tolerance; or was skipped. */
    boolean passes(double tolerance) {
        return skipped || (comparison != null && comparison.within(tolerance));
    }

    String shape() {
        return Arrays.toString(dims);
    }

    /** A row-major index as one number per axis. */
    static String index(long flat, long[] dims) {
        long[] at = new long[dims.length];
        long rest = flat;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            at[axis] = rest % dims[axis];
            rest /= dims[axis];
        }
        return Arrays.toString(at);
    }
}
