package io.deltarule.core.reference.op;

import io.deltarule.core.layer.Weight;

/** A weight's numbers in float64, row-major: widened from what is stored, or never rounded. */
public interface WeightNumbers {
    /** One number. */
    double get(long index);

    /** Neighbours from the first one on, as many as {@code to} holds; of what is stored in blocks, whole blocks. */
    void read(long from, double[] to);

    /** What a weight's memory holds whenever it is read. */
    static WeightNumbers of(Weight weight) {
        return new WeightNumbers() {
            @Override
            public double get(long index) {
                return weight.get(index);
            }

            @Override
            public void read(long from, double[] to) {
                float[] stored = new float[to.length];
                weight.read(from, stored);
                for (int i = 0; i < to.length; i++) {
                    to[i] = stored[i];
                }
            }
        };
    }

    /** Numbers of float64, not copied. */
    static WeightNumbers of(double[] numbers) {
        return new WeightNumbers() {
            @Override
            public double get(long index) {
                return numbers[(int) index];
            }

            @Override
            public void read(long from, double[] to) {
                System.arraycopy(numbers, (int) from, to, 0, to.length);
            }
        };
    }
}
