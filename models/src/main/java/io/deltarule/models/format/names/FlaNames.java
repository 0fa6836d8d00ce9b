package io.deltarule.models.format.names;

import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;

/**
 * flash-linear-attention's names are the programs' own, but for convolutions' axis of length 1 and two things that older
 * files have.
 *
 * @param type the model's type
 * @param tied whether the head uses the embedding's weight
 * @param stored which tensors there are
 */
public record FlaNames(String type, boolean tied, StoredTensors stored) implements TensorNames {
    private static final String GATE = "mlp.gate_proj.weight";
    private static final String UP = "mlp.up_proj.weight";

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        if (weight.endsWith("conv1d.weight")) {
            return List.of(WeightSource.of(weight, dims[0], 1, dims[1]));
        }
        if (weight.endsWith(GATE) || weight.endsWith(UP)) {
            // before February 2025 both projections were one tensor, the gate's rows first
            String block = weight.substring(0, weight.lastIndexOf("mlp."));
            if (!stored.contains(block + UP) && stored.contains(block + GATE)) {
                long from = weight.endsWith(GATE) ? 0 : dims[0];
                return List.of(WeightSource.rows(block + GATE, from, 2 * dims[0], dims[1]));
            }
        }
        return List.of(WeightSource.of(weight, dims));
    }

    @Override
    public String ignored(String name) {
        if (tied && name.equals(HEAD)) {
            return TIED_HEAD;
        }
        if (type.equals("gated_deltanet") && name.endsWith(".attn.D")) {
            return "written before March 2025, never used";
        }
        return name.endsWith("rotary.inv_freq") ? "follows from rope_theta" : null;
    }
}
