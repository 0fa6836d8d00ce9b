package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusText;
import io.deltarule.models.corpus.Outcome;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * What a partition's rows give: each row with a value, or a problem, added to it. For {@code Dataset.mapPartitions}.
 *
 * @param <R> the kind of result
 */
final class RowFunction<R> implements MapPartitionsFunction<Row, Row> {
    /** A result as a column's value. */
    interface Value<R> extends Serializable {
        Object of(R result);
    }

    private final TextColumns columns;
    private final TextFunction<R> function;
    private final Value<R> value;

    RowFunction(TextColumns columns, TextFunction<R> function, Value<R> value) {
        this.columns = columns;
        this.function = function;
        this.value = value;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        Queue<Row> waiting = new ArrayDeque<>(); // read ahead, until their run is full
        Iterator<Outcome<R>> outcomes = function.call(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public CorpusText next() {
                Row row = rows.next();
                waiting.add(row);
                return columns.of(row);
            }
        });
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return outcomes.hasNext();
            }

            @Override
            public Row next() {
                Outcome<R> outcome = outcomes.next();
                return with(waiting.remove(), outcome);
            }
        };
    }

    private Row with(Row row, Outcome<R> outcome) {
        Object[] values = new Object[row.size() + 2];
        for (int i = 0; i < row.size(); i++) {
            values[i] = row.get(i);
        }
        values[row.size()] = outcome.result() == null ? null : value.of(outcome.result());
        values[row.size() + 1] = outcome.problem();
        return RowFactory.create(values);
    }
}
