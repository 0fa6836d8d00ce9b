package io.deltarule.models.format.convert;

import io.deltarule.models.DeltaConfig;
import java.util.function.IntUnaryOperator;

/**
 * What GGUF files do to the linear layers of Qwen's models: Qwen3-Next's fused projection is taken apart, and in Qwen3.5 value
 * heads are tiled: head j·H + i of the file is head i·r + j, r = HV / H.
 *
 * @param config sizes of the linear layers
 */
record QwenRows(DeltaConfig config) {
    private int perKeyHead() {
        return config.valueHeads() / config.heads();
    }

    /** Where a channel of the file is in the folder, each head having so many. */
    private IntUnaryOperator tiled(int head) {
        return channel -> {
            int h = channel / head;
            return (h % config.heads() * perKeyHead() + h / config.heads()) * head + channel % head;
        };
    }

    /**
     * A weight with its value heads tiled.
     *
     * @param part its name in the layer
     */
    MatrixRows tiled(String part, MatrixRows matrix) {
        return switch (part) {
            case "v_proj.weight", "v_conv1d.weight", "g_proj.weight" ->
                matrix.rows(matrix.rows(), tiled(config.headV()));
            case "a_proj.weight", "b_proj.weight" -> matrix.rows(matrix.rows(), tiled(1));
            case "A_log", "dt_bias" -> matrix.columns(tiled(1));
            case "o_proj.weight" -> matrix.columns(tiled(config.headV()));
            default -> matrix;
        };
    }

    /**
     * A projection's rows in the fused one, which has for each key head its q, k, v and g.
     *
     * @param part q, k, v or g
     */
    MatrixRows unfused(String part, MatrixRows fused) {
        int K = config.headK();
        int values = perKeyHead() * config.headV();
        int group = 2 * K + 2 * values;
        int own = part.equals("q") || part.equals("k") ? K : values;
        int offset = switch (part) {
            case "q" -> 0;
            case "k" -> K;
            case "v" -> 2 * K;
            default -> 2 * K + values;
        };
        return fused.rows(config.heads() * own, row -> row / own * group + offset + row % own);
    }
}
