package io.deltarule.core.cpu.product;

/** An array for each thread, as long as was ever needed. What is in it is old. */
final class Scratch {
    private final ThreadLocal<float[]> arrays = ThreadLocal.withInitial(() -> new float[1 << 14]);

    float[] of(int count) {
        float[] array = arrays.get();
        if (array.length < count) {
            array = new float[count];
            arrays.set(array);
        }
        return array;
    }
}
