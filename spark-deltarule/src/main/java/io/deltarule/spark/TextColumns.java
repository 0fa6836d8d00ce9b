package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusText;
import java.io.Serializable;
import org.apache.spark.sql.Row;

/**
 * Where a row has what is computed.
 *
 * @param text the column of texts
 * @param key the column that tells rows apart, for their seeds; null for the text itself
 * @param prefixes the column of prefixes; null for none
 * @param prefix the prefix of all rows where there is no such column; null for none
 */
record TextColumns(String text, String key, String prefixes, String prefix) implements Serializable {
    CorpusText of(Row row) {
        String own = text(row, text);
        String before = prefixes == null ? prefix : text(row, prefixes);
        Object id = key == null ? null : row.getAs(key);
        return new CorpusText(own, before, id == null ? String.valueOf(own) : id.toString());
    }

    private static String text(Row row, String column) {
        Object value = row.getAs(column);
        return value == null ? null : value.toString();
    }
}
