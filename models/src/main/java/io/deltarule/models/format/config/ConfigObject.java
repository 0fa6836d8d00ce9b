package io.deltarule.models.format.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * An object of a {@code config.json}. Every value is checked for its type and range when it is read; null counts as
 * absent, as it does where these files come from. A value that cannot be right is an {@link InvalidInputException} of one
 * line that names file, key, what was expected and what was found.
 */
public final class ConfigObject {
    private static final long LARGEST_FILE = 16 << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // Python writes Infinity, which is no JSON, for bounds that are none.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** For what people write by hand. */
    private static final ObjectMapper WITH_COMMENTS = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .build();

    private final String path;
    private final JsonNode node;

    /** Which keys were asked for, whether they are there or not. */
    private final Set<String> asked = new HashSet<>();

    /** Objects inside that were asked for. */
    private final Map<String, List<ConfigObject>> inside = new HashMap<>();

    private ConfigObject(String path, JsonNode node) {
        this.path = path;
        this.node = node;
    }

    /** Reads a file. */
    public static ConfigObject read(Path file) {
        String label = file.getFileName() + ": ";
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(file + ": expected a model's " + file.getFileName()
                    + " but found nothing; name the folder that holds it");
        }
        try {
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new InvalidInputException(
                        file + ": expected at most " + LARGEST_FILE + " bytes but found " + size);
            }
            return of(label, JSON.readTree(Files.readAllBytes(file)), file.toString());
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(file + ": expected JSON with every key once but found: "
                    + MessageText.text(e.getOriginalMessage()) + "; fetch the file again");
        } catch (IOException e) {
            throw new InvalidInputException(file + ": expected to read it but found " + e + "; check its permissions");
        }
    }

    /** Parses a text, for configs that are made rather than read. */
    public static ConfigObject parse(String json) {
        try {
            return of("config: ", JSON.readTree(json.getBytes(StandardCharsets.UTF_8)), "config");
        } catch (IOException e) {
            throw new InvalidInputException("config: expected JSON but found: " + MessageText.text(e.toString()));
        }
    }

    /**
     * Parses what a person wrote: {@code //} begins a comment.
     *
     * @param label stands before keys in messages, a file's name as a rule
     */
    public static ConfigObject parseCommented(String label, String json) {
        try {
            return of(label + ": ", WITH_COMMENTS.readTree(json), label);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(label + ": expected JSON with every key once but found: "
                    + MessageText.text(e.getOriginalMessage()) + " in line "
                    + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()));
        }
    }

    private static ConfigObject of(String label, JsonNode node, String file) {
        if (node == null || !node.isObject()) {
            throw new InvalidInputException(file + ": expected a JSON object but found something else");
        }
        return new ConfigObject(label, node);
    }

    /** The same with a text for one key, nothing of it asked for yet. */
    public ConfigObject withText(String key, String text) {
        ObjectNode other = node.deepCopy();
        return new ConfigObject(path, other.put(key, text));
    }

    /** Whether a key has a value other than null. */
    public boolean has(String key) {
        asked.add(key);
        return node.hasNonNull(key);
    }

    /** Whether a key has a text. */
    public boolean isText(String key) {
        return has(key) && value(key).isTextual();
    }

    private JsonNode value(String key) {
        return node.get(key);
    }

    /** A refusal of a key's value: what was expected, in the words given, and what was found. */
    public InvalidInputException refused(String key, String expected) {
        return new InvalidInputException(path + key + ": expected " + expected + " but found "
                + (has(key) ? MessageText.text(value(key).toString()) : "nothing"));
    }

    /** A whole number in a range. */
    public int count(String key, int least, int most, int absent) {
        if (!has(key)) {
            return absent;
        }
        JsonNode found = value(key);
        boolean whole = found.isNumber() && found.doubleValue() == Math.rint(found.doubleValue());
        if (!whole || found.doubleValue() < least || found.doubleValue() > most) {
            throw refused(key, "a whole number from " + least + " to " + most);
        }
        return found.intValue();
    }

    /** A finite number in a range. */
    public double number(String key, double least, double most, double absent) {
        if (!has(key)) {
            return absent;
        }
        JsonNode found = value(key);
        if (!found.isNumber() || !(found.doubleValue() >= least && found.doubleValue() <= most)) {
            throw refused(key, "a number from " + least + " to " + most);
        }
        return found.doubleValue();
    }

    /** The same where some writers have the number as a text. */
    public double numberOrText(String key, double least, double most, double absent) {
        if (!isText(key)) {
            return number(key, least, most, absent);
        }
        try {
            double found = Double.parseDouble(value(key).textValue());
            if (found >= least && found <= most) {
                return found;
            }
        } catch (NumberFormatException e) {
            // refused as a number out of range is
        }
        throw refused(key, "a number from " + least + " to " + most);
    }

    /** True or false. */
    public boolean flag(String key, boolean absent) {
        if (!has(key)) {
            return absent;
        }
        if (!value(key).isBoolean()) {
            throw refused(key, "true or false");
        }
        return value(key).booleanValue();
    }

    /** A text. */
    public String text(String key, String absent) {
        if (!has(key)) {
            return absent;
        }
        if (!value(key).isTextual()) {
            throw refused(key, "a text");
        }
        return value(key).textValue();
    }

    /** One of some texts. */
    public String choice(String key, String absent, String... allowed) {
        String found = text(key, absent);
        if (!Arrays.asList(allowed).contains(found)) {
            throw refused(key, "one of " + String.join(", ", allowed));
        }
        return found;
    }

    /** An object; null where there is none. */
    public ConfigObject object(String key) {
        if (!has(key)) {
            return null;
        }
        if (!value(key).isObject()) {
            throw refused(key, "an object");
        }
        return inside.computeIfAbsent(key, k -> List.of(new ConfigObject(path + k + ".", value(k))))
                .getFirst();
    }

    /** One object, or a list of them; empty where there is none. */
    public List<ConfigObject> objects(String key) {
        if (!has(key) || !value(key).isArray()) {
            ConfigObject one = object(key);
            return one == null ? List.of() : List.of(one);
        }
        return inside.computeIfAbsent(key, k -> {
            List<ConfigObject> all = new ArrayList<>();
            for (JsonNode element : value(k)) {
                if (!element.isObject()) {
                    throw refused(k, "an object or a list of objects");
                }
                all.add(new ConfigObject(path + k + "[" + all.size() + "].", element));
            }
            return all;
        });
    }

    /**
     * Which of some names of one key is there.
     *
     * @param keys the format's own first, then others that files have for it
     * @return the first where none is there
     * @throws InvalidInputException if two of them are there with different values
     */
    public String either(String... keys) {
        String found = null;
        for (String key : keys) {
            if (has(key) && found == null) {
                found = key;
            } else if (has(key) && !sameValue(value(key), value(found))) {
                throw refused(
                        key,
                        "the same as " + found + ", which is another name of it and says "
                                + MessageText.text(value(found).toString()) + ",");
            }
        }
        return found == null ? keys[0] : found;
    }

    private static boolean sameValue(JsonNode a, JsonNode b) {
        return (a.isNumber() && b.isNumber()) ? a.doubleValue() == b.doubleValue() : a.equals(b);
    }

    /** Whether both have a value for a key, and not the same. */
    boolean contradicts(ConfigObject other, String key) {
        return node.hasNonNull(key) && other.node.hasNonNull(key) && !sameValue(value(key), other.value(key));
    }

    /** Keys that have a value and that nobody has asked for, of this and of the objects in it that were asked for. */
    Map<String, JsonNode> unread() {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            if (!asked.contains(entry.getKey()) && !entry.getValue().isNull()) {
                all.put(entry.getKey(), entry.getValue());
            }
        });
        inside.values().forEach(objects -> objects.forEach(object -> all.putAll(object.unread())));
        return all;
    }

    /**
     * Refuses keys that nobody has asked for, here and in the objects inside that were asked for: what is not read would
     * silently do nothing.
     *
     * @throws InvalidInputException naming the first, and the key that it is most like
     */
    public void refuseUnread() {
        node.properties().forEach(entry -> {
            if (!asked.contains(entry.getKey())) {
                String nearest = asked.stream()
                        .min(Comparator.comparingInt((String key) -> UnreadKeys.distance(key, entry.getKey()))
                                .thenComparing(Comparator.naturalOrder()))
                        .orElse("none");
                throw new InvalidInputException(path + MessageText.text(entry.getKey()) + ": expected one of "
                        + String.join(", ", new TreeSet<>(asked)) + " but found another key; perhaps " + nearest);
            }
        });
        inside.values().forEach(objects -> objects.forEach(ConfigObject::refuseUnread));
    }

    /** Values as JSON, whatever they are, by key; empty where there is no such object. */
    public Map<String, String> json(String key) {
        Map<String, String> all = new LinkedHashMap<>();
        if (has(key)) {
            if (!value(key).isObject()) {
                throw refused(key, "an object");
            }
            value(key)
                    .properties()
                    .forEach(entry -> all.put(entry.getKey(), entry.getValue().toString()));
        }
        return all;
    }

    /** Keys that were asked for and have no value, of this and of the objects in it. */
    Set<String> absent() {
        Set<String> all = new HashSet<>(asked);
        all.removeIf(node::hasNonNull);
        inside.values().forEach(objects -> objects.forEach(object -> all.addAll(object.absent())));
        return all;
    }

    /** A list of whole numbers, or a single one; null where there is none. */
    public List<Integer> counts(String key, int least, int most) {
        if (!has(key)) {
            return null;
        }
        if (value(key).isNumber()) {
            return List.of(count(key, least, most, 0));
        }
        List<Integer> all = new ArrayList<>();
        for (JsonNode element : list(key)) {
            if (!element.isInt() || element.intValue() < least || element.intValue() > most) {
                throw refused(key, "whole numbers from " + least + " to " + most);
            }
            all.add(element.intValue());
        }
        return all;
    }

    /** A list of numbers of a range, 0 for those that are null; null where there is no list. */
    public List<Double> numbers(String key, double least, double most) {
        if (!has(key)) {
            return null;
        }
        List<Double> all = new ArrayList<>();
        for (JsonNode element : list(key)) {
            double found = element.isNull() ? 0 : element.doubleValue();
            if (!(element.isNumber() || element.isNull()) || !(found >= least && found <= most)) {
                throw refused(key, "numbers from " + least + " to " + most + ", or null");
            }
            all.add(found);
        }
        return all;
    }

    /**
     * A pair of bounds, the second of which may be infinite: as Infinity, or as transformers writes that where it keeps to JSON,
     * {@code {"__float__": "Infinity"}}.
     *
     * @return the two of them, or the absent ones
     */
    public double[] bounds(String key, double... absent) {
        if (!has(key)) {
            return absent.clone();
        }
        List<Double> all = new ArrayList<>();
        for (JsonNode element : list(key)) {
            JsonNode found = element.isObject() ? element.path("__float__") : element;
            if (found.isTextual() && found.textValue().equals("Infinity")) {
                all.add(Double.POSITIVE_INFINITY);
            } else if (found.isNumber()) {
                all.add(found.doubleValue());
            }
        }
        if (value(key).size() != 2 || all.size() != 2 || !(all.get(0) >= 0 && all.get(0) < all.get(1))) {
            throw refused(key, "two numbers from 0 on, the larger one last,");
        }
        return new double[] {all.get(0), all.get(1)};
    }

    /** Tokens as tokenizers' configs name them: a text, an object with it as {@code content}, or a list of these. */
    public List<String> tokens(String key) {
        List<String> all = new ArrayList<>();
        if (has(key)) {
            Iterable<JsonNode> named = value(key).isArray() ? value(key) : List.of(value(key));
            for (JsonNode token : named) {
                JsonNode text = token.isObject() ? token.path("content") : token;
                if (!text.isTextual()) {
                    throw refused(key, "a token's text");
                }
                all.add(text.textValue());
            }
        }
        return all;
    }

    /** An object of objects; empty where there is none. */
    public Map<String, ConfigObject> objectMap(String key) {
        Map<String, ConfigObject> all = new LinkedHashMap<>();
        ConfigObject whole = object(key);
        if (whole != null) {
            whole.node.properties().forEach(entry -> all.put(entry.getKey(), whole.object(entry.getKey())));
        }
        all.values().removeIf(Objects::isNull);
        return all;
    }

    /** A list of texts; null where there is none. */
    public List<String> texts(String key) {
        if (!has(key)) {
            return null;
        }
        List<String> all = new ArrayList<>();
        for (JsonNode element : list(key)) {
            if (!element.isTextual()) {
                throw refused(key, "a list of texts");
            }
            all.add(element.textValue());
        }
        return all;
    }

    /** An object of texts; empty where there is none. */
    public Map<String, String> textMap(String key) {
        Map<String, String> all = new LinkedHashMap<>();
        if (!has(key)) {
            return all;
        }
        if (!value(key).isObject()) {
            throw refused(key, "an object of texts");
        }
        value(key).properties().forEach(entry -> {
            if (!entry.getValue().isTextual()) {
                throw refused(key, "an object of texts");
            }
            all.put(entry.getKey(), entry.getValue().textValue());
        });
        return all;
    }

    private JsonNode list(String key) {
        if (!value(key).isArray()) {
            throw refused(key, "a list");
        }
        return value(key);
    }
}
