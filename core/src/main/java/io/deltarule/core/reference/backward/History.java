package io.deltarule.core.reference.backward;

/**
 * One sequence's rows of a run with those before it that are still carried, and their gradients: row {@code before + i} is
 * that of the run's token i.
 */
final class History {
    final int before;
    final double[][] rows;
    final double[][] gradients;

    /**
     * Zeros.
     *
     * @param before rows that are carried into the run
     * @param tokens rows of the run
     */
    History(int before, int tokens, int width) {
        this.before = before;
        this.rows = new double[before + tokens][width];
        this.gradients = new double[before + tokens][width];
    }

    /** Copies the run's rows of some channels: its tokens begin at {@code first} among those of all sequences. */
    void load(double[] values, int first, int width, int channel) {
        for (int i = before; i < rows.length; i++) {
            System.arraycopy(values, (first + i - before) * width + channel, rows[i], 0, rows[i].length);
        }
    }

    /** Adds the run's rows' gradients to a slot's, if they are wanted. */
    void addTo(double[] slotGradient, int first, int width, int channel) {
        for (int i = before; i < rows.length; i++) {
            for (int c = 0; c < gradients[i].length; c++) {
                BackwardRun.add(slotGradient, (first + i - before) * width + channel + c, gradients[i][c]);
            }
        }
    }
}
