package io.deltarule.models.format.names;

import io.deltarule.models.Mamba2Config;
import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;

/**
 * Nemotron-Flash's names: memory tokens in a tensor of their own, or as the embedding's last rows; Mamba-2's projections and
 * convolutions together.
 *
 * @param mamba of the Mamba-2 layers
 * @param vocab how many tokens there are
 * @param memory how many memory tokens
 * @param tied whether the head uses the embedding's weight
 * @param merged whether the memory tokens are the embedding's last rows
 */
public record NemotronFlashNames(Mamba2Config mamba, int vocab, int memory, boolean tied, boolean merged)
        implements TensorNames {
    private static final String EMBEDDINGS = "model.embed_tokens.weight";
    private static final String MEMORY = "model.memory_tokens";
    private static final String MAMBA = ".mamba.";

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        return switch (weight) {
            case EMBEDDINGS -> List.of(embeddings(dims));
            case HEAD -> List.of(head(dims));
            case INVERSE_LENGTHS -> List.of(inverseLengths());
            case "model.norm.weight" -> List.of(WeightSource.of("model.final_layernorm.weight", dims));
            default -> List.of(inside(weight, dims));
        };
    }

    /** Those of a folder. */
    public static NemotronFlashNames of(Mamba2Config mamba, int vocab, int memory, boolean tied, StoredTensors stored) {
        boolean merged = memory > 0 && stored.contains(EMBEDDINGS) && !stored.contains(MEMORY);
        return new NemotronFlashNames(mamba, vocab, memory, tied, merged);
    }

    private WeightSource embeddings(int[] dims) {
        int hidden = mamba.hidden();
        if (dims[0] == vocab) { // without memory tokens
            return WeightSource.of(EMBEDDINGS, dims);
        }
        return merged
                ? WeightSource.of(EMBEDDINGS, dims)
                : new WeightSource.Joined(
                        List.of(EMBEDDINGS, MEMORY), List.of(List.of(vocab, hidden), List.of(memory, hidden)));
    }

    private WeightSource head(int[] dims) {
        return tied ? WeightSource.rows(EMBEDDINGS, 0, tableRows(), dims[1]) : WeightSource.of(HEAD, dims);
    }

    /** One over the lengths of the rows that the head multiplies by. */
    private WeightSource inverseLengths() {
        return tied
                ? new WeightSource.InverseLengths(EMBEDDINGS, List.of(tableRows(), mamba.hidden()))
                : new WeightSource.InverseLengths(HEAD, List.of(vocab, mamba.hidden()));
    }

    private int tableRows() {
        return merged ? vocab + memory : vocab;
    }

    private WeightSource inside(String weight, int[] dims) {
        int mixer = weight.indexOf(MAMBA);
        if (mixer >= 0) {
            int end = mixer + MAMBA.length();
            return new Mamba2Rows(mamba).source(weight.substring(0, end), weight.substring(end), dims);
        }
        return weight.endsWith("conv1d.weight")
                ? WeightSource.of(weight, dims[0], 1, dims[1])
                : WeightSource.of(weight, dims);
    }

    @Override
    public String ignored(String name) {
        return tied && name.equals(HEAD) ? TIED_HEAD : null;
    }
}
