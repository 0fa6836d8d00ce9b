package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A part of an array to copy to the host, counted in elements. */
public class DataRange {

    private final TornadoNativeArray array;
    private long offset;
    private long size;

    public DataRange(TornadoNativeArray array) {
        this.array = array;
        size = array.getSize();
    }

    public DataRange withOffset(long offset) {
        this.offset = offset;
        return this;
    }

    public DataRange withSize(long size) {
        this.size = size;
        return this;
    }

    public TornadoNativeArray getArray() {
        return array;
    }

    long firstByte() {
        check();
        return offset * array.getElementSize();
    }

    long bytes() {
        check();
        return size * array.getElementSize();
    }

    private void check() {
        if (offset < 0 || size < 0 || offset > array.getSize() - size) {
            throw new TornadoRuntimeException("a range of " + size + " elements from " + offset + " on of an array of "
                    + array.getSize() + "; with an offset, name the size too");
        }
    }
}
