package uk.ac.manchester.tornado.api;

/** What a work-item shares with its work-group: barriers and local memory. */
public interface ExecutionContext {

    void localBarrier();

    void globalBarrier();

    int[] allocateIntLocalArray(int size);

    long[] allocateLongLocalArray(int size);

    float[] allocateFloatLocalArray(int size);

    double[] allocateDoubleLocalArray(int size);

    byte[] allocateByteLocalArray(int size);
}
