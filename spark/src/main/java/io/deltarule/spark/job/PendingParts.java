package io.deltarule.spark.job;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.Partitioner;

/** Which parts are still to be computed, and by which partition: a part is never divided. */
final class PendingParts extends Partitioner {
    /** More partitions than these cost the driver more than they spread. */
    private static final int MOST_PARTITIONS = 10_000;

    private final Map<RowPlace.Part, Integer> places = new HashMap<>();
    private final int rowsPerPart;

    /** Parts in their order. */
    PendingParts(List<RowPlace.Part> parts, int rowsPerPart) {
        this.rowsPerPart = rowsPerPart;
        for (RowPlace.Part part : parts) {
            places.put(part, places.size());
        }
    }

    boolean has(RowPlace place) {
        return places.containsKey(place.part(rowsPerPart));
    }

    @Override
    public int numPartitions() {
        return Math.clamp(places.size(), 1, MOST_PARTITIONS);
    }

    @Override
    public int getPartition(Object key) {
        return (int) ((long) places.get(((RowPlace) key).part(rowsPerPart)) * numPartitions() / places.size());
    }
}
