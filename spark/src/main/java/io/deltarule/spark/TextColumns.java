package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusText;
import java.io.Serializable;
import org.apache.spark.sql.Row;

/**
 * Where a row has what is computed, by the columns' places: rows do not always know their names.
 *
 * @param text the column of texts
 * @param key the column that tells rows apart, for their seeds; {@value #NONE} for the text itself
 * @param prefixes the column of prefixes; {@value #NONE} for none
 * @param prefix the prefix of all rows where there is no such column; null for none
 */
record TextColumns(int text, int key, int prefixes, String prefix) implements Serializable {
    static final int NONE = -1;

    CorpusText of(Row row) {
        String own = text(row, text);
        String before = prefixes == NONE ? prefix : text(row, prefixes);
        Object id = key == NONE ? null : row.get(key);
        return new CorpusText(own, before, id == null ? String.valueOf(own) : id.toString());
    }

    private static String text(Row row, int column) {
        Object value = row.get(column);
        return value == null ? null : value.toString();
    }
}
