package io.deltarule.cli.operation;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.loader.Dtype;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.TensorInfo;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads an operation file: safetensors with the tensors q, k, v, beta, g, p, b, w, initial_state and cu_seqlens as the
 * variant needs them, and the metadata variant, householders, scale and gate. The cotangents of a backward pass may be
 * there and are left alone unless asked for; any other tensor is refused, since ignoring a misspelt one would give wrong
 * numbers.
 */
final class OperationFile {
    private static final String INITIAL_STATE = "initial_state";
    private static final String CU_SEQLENS = "cu_seqlens";
    private static final String D_O = "d_o";
    private static final String D_O_CROSS = "d_o_cross";
    private static final String D_FINAL_STATE = "d_final_state";
    private static final List<String> COTANGENTS = List.of(D_O, D_FINAL_STATE, D_O_CROSS);
    private static final Pattern INTEGER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");

    private final SafetensorsFile file;
    private final Arena arena;

    private OperationFile(SafetensorsFile file, Arena arena) {
        this.file = file;
        this.arena = arena;
    }

    /**
     * Reads and checks everything.
     *
     * @param path names the file in messages
     * @param file stays open while the operation is used: float32 tensors are read where they lie
     * @param arena owner of the tensors of other types, which are converted
     * @param backward whether the cotangents are read too
     * @return the operation
     * @throws InvalidInputException naming the file and the first thing that does not fit
     */
    static LoadedOperation read(Path path, SafetensorsFile file, Arena arena, boolean backward) {
        try {
            return new OperationFile(file, arena).operation(backward);
        } catch (InvalidInputException e) {
            throw new InvalidInputException(path + ": " + e.getMessage());
        }
    }

    private LoadedOperation operation(boolean backward) {
        String id = file.metadata().get("variant");
        if (id == null) {
            throw new InvalidInputException("metadata: expected variant, one of "
                    + Arrays.stream(Variant.values()).map(Variant::id).collect(Collectors.joining(", "))
                    + " but found none; add it to the file's __metadata__");
        }
        Variant variant = Variant.named(id);
        refuseUnknownTensors();
        Map<Input, Tensor> tensors = new EnumMap<>(Input.class);
        for (Input input : Input.values()) {
            if (file.contains(input.id())) {
                tensors.put(input, tensor(input.id()));
            }
        }
        Tensor state = optional(INITIAL_STATE);
        DeltaInputs inputs = new DeltaInputs(householders(), tensors, state, boundaries());
        DeltaShape shape = inputs.validate(variant);
        checkGate(shape);
        double scale = scale(shape);
        DeltaCotangents cotangents = backward ? cotangents(shape) : null;
        // Last, because it reads every value.
        tensors.forEach((input, tensor) -> checkFinite(input.id(), tensor, input == Input.G));
        checkFinite(INITIAL_STATE, state, false);
        if (backward) {
            checkFinite(D_O, cotangents.o(), false);
            checkFinite(D_O_CROSS, cotangents.oCross(), false);
            checkFinite(D_FINAL_STATE, cotangents.finalState(), false);
        }
        return new LoadedOperation(variant, inputs, shape, scale, cotangents);
    }

    /** Reads the cotangents that the file holds; the others count as zeros. */
    private DeltaCotangents cotangents(DeltaShape shape) {
        if (COTANGENTS.stream().noneMatch(file::contains)) {
            throw new InvalidInputException("--backward: expected " + D_O + ", " + D_FINAL_STATE + " or " + D_O_CROSS
                    + " but found none; add the gradient of at least one output, or leave --backward out");
        }
        DeltaCotangents cotangents = new DeltaCotangents(optional(D_O), optional(D_O_CROSS), optional(D_FINAL_STATE));
        cotangents.validate(shape);
        return cotangents;
    }

    private Tensor optional(String name) {
        return file.contains(name) ? tensor(name) : null;
    }

    private void refuseUnknownTensors() {
        for (TensorInfo tensor : file.tensors()) {
            String name = tensor.name();
            boolean known = Arrays.stream(Input.values()).anyMatch(i -> i.id().equals(name))
                    || name.equals(INITIAL_STATE)
                    || name.equals(CU_SEQLENS)
                    || COTANGENTS.contains(name);
            if (!known) {
                throw new InvalidInputException("tensor '" + name + "': expected only "
                        + Arrays.stream(Input.values()).map(Input::id).collect(Collectors.joining(", ")) + ", "
                        + INITIAL_STATE + ", " + CU_SEQLENS + " and cotangents d_*; remove it or mend its name");
            }
        }
    }

    private Tensor tensor(String name) {
        TensorInfo info = file.info(name);
        long[] shape = info.shape();
        int[] dims = new int[shape.length];
        for (int axis = 0; axis < dims.length; axis++) {
            if (shape[axis] > Integer.MAX_VALUE) {
                throw new InvalidInputException(name + ": expected lengths below 2^31 but found "
                        + Arrays.toString(shape) + "; split the operation");
            }
            dims[axis] = (int) shape[axis];
        }
        if (info.dtype() == Dtype.F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            return Tensor.view(file.tensor(name), dims);
        }
        return switch (info.dtype()) {
            case F32, F64, F16, BF16 -> {
                Tensor converted = Tensor.allocate(arena, dims);
                file.readFloats(name, converted.data());
                yield converted;
            }
            default ->
                throw new InvalidInputException(name + ": expected type F32 (or F64, F16, BF16, which are converted)"
                        + " but found " + info.dtype() + "; convert it");
        };
    }

    /**
     * @param tensor null if it is not there
     * @param reset whether −∞ is a value: as a log-decay it forgets everything
     */
    private static void checkFinite(String name, Tensor tensor, boolean reset) {
        for (long i = 0, n = tensor == null ? 0 : tensor.size(); i < n; i++) {
            float value = tensor.get(i);
            if (!Float.isFinite(value) && !(reset && value == Float.NEGATIVE_INFINITY)) {
                long[] dims = Arrays.stream(tensor.dims()).asLongStream().toArray();
                throw new InvalidInputException(name + ": expected finite float32 values but found " + value
                        + " at index " + TensorComparison.index(i, dims) + "; mend what wrote it");
            }
        }
    }

    private int householders() {
        String text = file.metadata().getOrDefault("householders", "1");
        if (!INTEGER.matcher(text).matches() || Integer.parseInt(text) < 1) {
            throw new InvalidInputException("metadata householders: expected a whole number of at least 1 but found '"
                    + text + "'; write it as text such as \"2\", or leave it out for 1");
        }
        return Integer.parseInt(text);
    }

    private double scale(DeltaShape shape) {
        String text = file.metadata().get("scale");
        if (text == null) {
            return 1 / Math.sqrt(shape.K());
        }
        double scale = DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        if (!Double.isFinite((float) scale)) {
            throw new InvalidInputException("metadata scale: expected a finite decimal number but found '" + text
                    + "'; write it as text such as \"0.125\", or leave it out for K^(-1/2)");
        }
        return scale;
    }

    private void checkGate(DeltaShape shape) {
        String text = file.metadata().get("gate");
        if (text == null) {
            return;
        }
        if (Arrays.stream(Gate.values()).noneMatch(gate -> gate.id().equals(text))) {
            throw new InvalidInputException("metadata gate: expected none, scalar or channel but found '" + text
                    + "'; mend it or leave it out, g's shape says it too");
        }
        if (!shape.gate().id().equals(text)) {
            throw new InvalidInputException("metadata gate: expected "
                    + shape.gate().id() + ", as g's shape says, but found " + text + "; mend one of the two");
        }
    }

    /** Sequence boundaries, checked before they are narrowed: a number past 2^31 must not turn into a small one. */
    private int[] boundaries() {
        if (!file.contains(CU_SEQLENS)) {
            return null;
        }
        TensorInfo info = file.info(CU_SEQLENS);
        if ((info.dtype() != Dtype.I64 && info.dtype() != Dtype.I32) || info.rank() != 1) {
            throw new InvalidInputException("cu_seqlens: expected I64 [N + 1] but found " + info.dtype() + " "
                    + Arrays.toString(info.shape()) + "; write the boundaries 0, ..., T of N sequences");
        }
        long[] ends = file.readLongs(CU_SEQLENS);
        int[] narrowed = new int[ends.length];
        for (int i = 0; i < ends.length; i++) {
            if (ends[i] < 0 || ends[i] > Integer.MAX_VALUE) {
                throw new InvalidInputException("cu_seqlens: expected boundaries from 0 to T but found " + ends[i]
                        + " at index " + i + "; write them in tokens");
            }
            narrowed[i] = (int) ends[i];
        }
        return narrowed;
    }
}
