package io.deltarule.models.format.gguf;

import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.GgufFile;
import io.deltarule.loader.GgufValue;
import io.deltarule.models.format.config.MessageText;
import java.util.List;

/**
 * A file's metadata, each value checked for its type when it is read.
 *
 * @param file opened
 */
record GgufMetadata(GgufFile file) {
    boolean has(String key) {
        return file.metadata().containsKey(key);
    }

    private Object held(String key) {
        GgufValue value = file.metadata().get(key);
        return value == null ? null : value.held();
    }

    InvalidInputException refused(String key, String expected) {
        GgufValue found = file.metadata().get(key);
        return new InvalidInputException("GGUF metadata: " + key + ": expected " + expected + " but found "
                + (found == null ? "nothing" : MessageText.text(found.toString()))
                + "; fetch the file again, or convert the model again");
    }

    /** A text, or the one given where there is none. */
    String text(String key, String absent) {
        Object held = held(key);
        if (held == null) {
            return absent;
        }
        if (held instanceof String text) {
            return text;
        }
        throw refused(key, "a text");
    }

    /** A whole number that has to be there. A list of them, one per block, counts as its largest: others are 0. */
    long count(String key) {
        if (!has(key)) {
            throw refused(key, "a whole number");
        }
        return count(key, 0);
    }

    long count(String key, long absent) {
        return switch (held(key)) {
            case null -> absent;
            case Long n when n >= 0 -> n;
            case List<?> list
            when !list.isEmpty() && list.stream().allMatch(Long.class::isInstance) ->
                list.stream().mapToLong(Long.class::cast).max().orElseThrow();
            default -> throw refused(key, "a whole number");
        };
    }

    /** A number; single precision ones as the shortest decimal number, which is the one that was meant: 1e-6. */
    double number(String key, double absent) {
        return switch (held(key)) {
            case null -> absent;
            case Double d
            when file.metadata().get(key).type() == GgufValue.Type.F32 ->
                Double.parseDouble(Float.toString(d.floatValue()));
            case Double d -> d;
            case Long n -> n;
            default -> throw refused(key, "a number");
        };
    }

    boolean flag(String key, boolean absent) {
        return switch (held(key)) {
            case null -> absent;
            case Boolean b -> b;
            default -> throw refused(key, "true or false");
        };
    }

    /** A list of texts; null where there is none. */
    List<String> texts(String key) {
        return switch (held(key)) {
            case null -> null;
            case List<?> list
            when list.stream().allMatch(String.class::isInstance) ->
                list.stream().map(String.class::cast).toList();
            default -> throw refused(key, "a list of texts");
        };
    }

    /** A list of whole numbers; null where there is none. */
    List<Long> counts(String key) {
        return switch (held(key)) {
            case null -> null;
            case List<?> list
            when list.stream().allMatch(Long.class::isInstance) ->
                list.stream().map(Long.class::cast).toList();
            default -> throw refused(key, "a list of whole numbers");
        };
    }
}
