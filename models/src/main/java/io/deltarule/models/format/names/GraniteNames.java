package io.deltarule.models.format.names;

import io.deltarule.models.Mamba2Config;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;

/**
 * Names of Granite's hybrids: gate and up projections in one {@code input_linear}, experts stacked.
 *
 * @param mamba sizes of the Mamba-2 layers
 * @param experts how many there are, 0 for none
 * @param tied whether the head uses the embedding's weight
 */
public record GraniteNames(Mamba2Config mamba, ExpertStack experts, boolean tied) implements TensorNames {
    /** What the part is called that every token goes through. */
    public static final String SHARED = "shared_mlp";

    private static final String MAMBA = ".mamba.";
    private static final String MIXTURE = ".mlp.";
    private static final String FILE_MIXTURE = ".block_sparse_moe.";

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        return List.of(source(weight, dims));
    }

    private WeightSource source(String weight, int[] dims) {
        int mixer = weight.indexOf(MAMBA);
        if (mixer >= 0) {
            int end = mixer + MAMBA.length();
            return new Mamba2Rows(mamba).source(weight.substring(0, end), weight.substring(end), dims);
        }
        int shared = weight.indexOf(SHARED + ".");
        if (shared >= 0) {
            String layer = weight.substring(0, shared).replace(MIXTURE, ".") + SHARED + ".";
            return switch (weight.substring(shared + SHARED.length() + 1)) {
                case "gate_proj.weight" -> WeightSource.rows(layer + "input_linear.weight", 0, 2 * dims[0], dims[1]);
                case "up_proj.weight" ->
                    WeightSource.rows(layer + "input_linear.weight", dims[0], 2 * dims[0], dims[1]);
                default -> WeightSource.of(layer + "output_linear.weight", dims);
            };
        }
        int mixture = weight.indexOf(MIXTURE);
        if (mixture >= 0) {
            String layer = weight.substring(0, mixture) + FILE_MIXTURE;
            return ExpertStack.holds(weight)
                    ? experts.source(weight, dims, layer + "input_linear.weight", layer + "output_linear.weight")
                    : WeightSource.of(layer + "router.layer.weight", dims);
        }
        return WeightSource.of(weight, dims);
    }

    @Override
    public String ignored(String name) {
        return tied && name.equals(HEAD) ? TIED_HEAD : null;
    }
}
