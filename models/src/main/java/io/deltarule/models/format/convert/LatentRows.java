package io.deltarule.models.format.convert;

import io.deltarule.models.LatentAttentionLayer;

/**
 * The projection from latent rows to keys and values in two parts, as llama.cpp takes attention over latent rows: per head its
 * keys' part transposed [rank, own], and its values' part [value, rank].
 *
 * @param layer sizes of the attention layers
 */
record LatentRows(LatentAttentionLayer layer) {
    /** Keys: row h·rank + j is column j of the own rows of head h. All of them are held, as a folder has them by columns. */
    MatrixRows keys(MatrixRows both) {
        int rank = layer.rank();
        int own = layer.own();
        float[] columns = new float[layer.heads() * rank * own];
        float[] row = new float[rank];
        for (int head = 0; head < layer.heads(); head++) {
            for (int i = 0; i < own; i++) {
                both.reader().read(head * (own + layer.value()) + i, row);
                for (int j = 0; j < rank; j++) {
                    columns[(head * rank + j) * own + i] = row[j];
                }
            }
        }
        return new MatrixRows(layer.heads() * rank, own, (at, to) -> System.arraycopy(columns, at * own, to, 0, own));
    }

    /** Values: the rows after the own rows of each head. */
    MatrixRows values(MatrixRows both) {
        int own = layer.own();
        int value = layer.value();
        return both.rows(layer.heads() * value, row -> row / value * (own + value) + own + row % value);
    }
}
