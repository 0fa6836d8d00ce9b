package io.deltarule.models.format.names;

import io.deltarule.models.Mamba2Config;
import io.deltarule.models.format.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a Mamba-2 layer's weights lie: all projections of its input in one {@code in_proj}, in the order z, x, B, C, dt and the
 * scales of levels where there are any; the convolutions of x, B and C in one {@code conv1d}.
 *
 * @param config sizes
 */
public record Mamba2Rows(Mamba2Config config) {
    private static final List<String> ORDER = List.of("z", "x", "B", "C", "dt", "dl");

    /**
     * One of its weights.
     *
     * @param layer what stands before the part's name, with a dot at the end
     * @param part as {@link io.deltarule.models.Mamba2Layer} calls it
     * @param dims its shape
     */
    WeightSource source(String layer, String part, int[] dims) {
        int projection = part.indexOf("_proj.");
        int convolution = part.indexOf("_conv1d.");
        String end = part.substring(Math.max(0, part.lastIndexOf('.'))); // .weight or .bias
        if (projection > 0 && ORDER.contains(part.substring(0, projection))) {
            int from = first(part.substring(0, projection));
            return WeightSource.rows(layer + "in_proj" + end, from, shape(first("end"), dims));
        }
        if (convolution > 0) {
            int from = first(part.substring(0, convolution)) - first("x");
            int all = first("dt") - first("x");
            int[] shape = dims.length == 1 ? new int[] {all} : new int[] {all, 1, dims[1]};
            return WeightSource.rows(layer + "conv1d" + end, from, shape);
        }
        return WeightSource.of(layer + part, dims);
    }

    private static int[] shape(int rows, int[] dims) {
        int[] shape = dims.clone();
        shape[0] = rows;
        return shape;
    }

    /** The first row of a part of in_proj; of any other name, how many rows there are. */
    private int first(String part) {
        List<Integer> widths = new ArrayList<>(List.of(
                config.inner(),
                config.inner(),
                config.keyWidth(),
                config.keyWidth(),
                config.heads(),
                config.heads() * config.levels()));
        int index = ORDER.indexOf(part);
        return widths.subList(0, index < 0 ? widths.size() : index).stream()
                .mapToInt(Integer::intValue)
                .sum();
    }
}
