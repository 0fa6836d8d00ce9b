package io.deltarule.spark;

import io.deltarule.core.InvalidInputException;
import java.util.Arrays;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** Checks of a DataFrame's columns before anything is computed. */
final class StringColumn {
    private StringColumn() {}

    static void checkThere(StructType schema, String param, String name) {
        if (Arrays.stream(schema.fieldNames()).noneMatch(name::equals)) {
            throw new InvalidInputException(param + ": expected one of the columns "
                    + Arrays.toString(schema.fieldNames()) + " but found '" + name + "'; name another");
        }
    }

    static void check(StructType schema, String param, String name) {
        checkThere(schema, param, name);
        if (!(schema.apply(name).dataType() instanceof StringType)) {
            throw new InvalidInputException(param + ": expected a column of strings but '" + name + "' has "
                    + schema.apply(name).dataType().simpleString() + "; cast it");
        }
    }

    static void checkFree(StructType schema, String param, String name) {
        if (Arrays.asList(schema.fieldNames()).contains(name)) {
            throw new InvalidInputException(
                    param + ": expected a new column but '" + name + "' is there already; name another");
        }
    }
}
