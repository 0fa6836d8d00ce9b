package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.product.ProductChoice;

/** How a layer's projections are computed. */
public enum LayerProducts {
    /** A few tokens row by row, many by OpenBLAS. */
    OPENBLAS,
    /** A few tokens row by row, many by the engine's own tiles. */
    OWN,
    /** Any number by the engine's own tiles: the order of a token's sums does not depend on how many others there are. */
    OWN_FOR_ANY_NUMBER;

    /** The faster of the first two here. */
    public static LayerProducts fastest() {
        return ProductChoice.ownForLayers() ? OWN : OPENBLAS;
    }
}
