package io.deltarule.experiments.retrieval;

import java.util.List;

/**
 * One panel of the figure: curves over one axis.
 *
 * @param name in documents
 * @param axis what x is
 * @param title for people
 * @param detail what is fixed, for people
 * @param curves all over the same x
 */
record FigurePanel(String name, Axis axis, String title, String detail, List<ReadCurve> curves) {
    /** What a panel varies. */
    public enum Axis {
        /** Associations per row of the state, N / K. */
        LOAD("associations per state row, N / K"),
        /** Length of the cue's noise relative to the tag. */
        NOISE("length of noise over length of tag"),
        /** Power p of {@link KeySource#CONCENTRATED}. */
        CONCENTRATION("concentration p: dense to one-hot");

        private final String label;

        Axis(String label) {
            this.label = label;
        }

        /** What it is, for people. */
        public String label() {
            return label;
        }
    }
}
