package io.deltarule.core.cpu.memory;

/**
 * Some of V's columns. Value channels never meet in a linear read: a head's state, pseudo-values and outputs can be computed
 * some columns at a time, each part from the same q and k.
 *
 * @param first the first of them
 * @param count how many
 * @param of V
 */
public record Columns(int first, int count, int of) {
    public static Columns all(int V) {
        return new Columns(0, V, V);
    }

    /** As many equal parts. */
    public static Columns[] parts(int V, int parts) {
        Columns[] columns = new Columns[parts];
        for (int i = 0; i < parts; i++) {
            columns[i] = new Columns(i * (V / parts), V / parts, V);
        }
        return columns;
    }
}
