package io.deltarule.training.run;

import io.deltarule.models.format.config.ConfigObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys of a run's config that remember what was read, defaults among it: a checkpoint keeps that, and a run that goes on has to say
 * the same.
 */
final class RunKeys {
    private static final ConfigObject EMPTY = ConfigObject.parse("{}");

    private final ConfigObject object;
    private final String path;
    private final Map<String, String> effective;

    private RunKeys(ConfigObject object, String path, Map<String, String> effective) {
        this.object = object;
        this.path = path;
        this.effective = effective;
    }

    static RunKeys of(ConfigObject whole) {
        return new RunKeys(whole, "", new LinkedHashMap<>());
    }

    /** The object itself, for what is not remembered and for refusals. */
    ConfigObject object() {
        return object;
    }

    /** What was read until now, by path. */
    Map<String, String> effective() {
        return effective;
    }

    /** Remembers a value that was found in another way. */
    void remember(String key, String value) {
        effective.put(path + key, value);
    }

    /** An object inside, empty where there is none. */
    RunKeys inside(String key) {
        ConfigObject found = object.object(key);
        return new RunKeys(found == null ? EMPTY : found, path + key + ".", effective);
    }

    int count(String key, int least, int most, int absent) {
        int value = object.count(key, least, most, absent);
        remember(key, Integer.toString(value));
        return value;
    }

    double number(String key, double least, double most, double absent) {
        double value = object.number(key, least, most, absent);
        remember(key, Double.toString(value));
        return value;
    }

    boolean flag(String key, boolean absent) {
        boolean value = object.flag(key, absent);
        remember(key, Boolean.toString(value));
        return value;
    }

    String choice(String key, String absent, String... allowed) {
        String value = object.choice(key, absent, allowed);
        remember(key, value);
        return value;
    }

    List<String> texts(String key) {
        List<String> found = object.texts(key);
        List<String> value = found == null ? List.of() : found;
        remember(key, value.toString());
        return value;
    }
}
