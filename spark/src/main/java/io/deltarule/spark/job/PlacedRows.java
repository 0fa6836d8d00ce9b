package io.deltarule.spark.job;

import java.util.Iterator;
import java.util.NoSuchElementException;
import scala.Tuple2;

/** Rows with their places, without those that are done. */
final class PlacedRows implements Iterator<Tuple2<RowPlace, SourceRow>> {
    private final Iterator<SourceRow> rows;
    private final int shard;
    private final PendingParts pending;
    private long number;
    private Tuple2<RowPlace, SourceRow> next;

    /** Rows of a shard whose first has this number in it. */
    PlacedRows(Iterator<SourceRow> rows, int shard, long first, PendingParts pending) {
        this.rows = rows;
        this.shard = shard;
        this.number = first;
        this.pending = pending;
    }

    @Override
    public boolean hasNext() {
        while (next == null && rows.hasNext()) {
            SourceRow row = rows.next();
            RowPlace place = new RowPlace(shard, number++);
            if (pending.has(place)) {
                next = new Tuple2<>(place, row);
            }
        }
        return next != null;
    }

    @Override
    public Tuple2<RowPlace, SourceRow> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Tuple2<RowPlace, SourceRow> handedOut = next;
        next = null;
        return handedOut;
    }
}
