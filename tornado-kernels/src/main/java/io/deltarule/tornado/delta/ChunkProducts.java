package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.Launch;
import java.util.List;

/** The stages of the chunkwise form that are products of matrices, one for each chunk and head: there is more than one way to take them. */
public interface ChunkProducts {
    /** L of the write, where it erases, and M of the read, both with their decays. */
    List<Launch> scores();

    /** U and W of the inverse. */
    List<Launch> solve();

    /** The read-outs; the last stage. */
    List<Launch> outputs();
}
