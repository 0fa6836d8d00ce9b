package io.deltarule.models.format.weights;

import java.util.List;

/** What a format's files call the weights of its programs. */
public interface TensorNames {
    /** The head's weight, in the programs and in nearly all files. */
    String HEAD = "lm_head.weight";

    /** One over the length of each of the head's rows, where logits are divided by it. */
    String INVERSE_LENGTHS = "lm_head.inverse_lengths";

    /** Why {@link #HEAD} may lie in a file unused. */
    String TIED_HEAD = "the head uses the embedding's weight";

    /**
     * Where a weight may be: the first source of which all tensors are there counts.
     *
     * @param weight its name in the program
     * @param dims its shape there
     * @return at least one
     */
    List<WeightSource> sources(String weight, int[] dims);

    /**
     * Why a tensor that no weight needs may nevertheless be there.
     *
     * @param name its name in the file
     * @return the reason in a few words, or null where it may not
     */
    default String ignored(String name) {
        return null;
    }
}
