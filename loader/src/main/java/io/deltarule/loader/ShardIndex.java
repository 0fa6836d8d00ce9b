package io.deltarule.loader;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.deltarule.loader.SafetensorsException.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A {@code model.safetensors.index.json}: {@code {"weight_map": {tensor: file}}} and other fields, which are skipped ({@code
 * total_size} is advice that published files get wrong). File names are those of a stranger: each must be a bare name
 * that ends in {@code .safetensors}.
 *
 * @param label the file, for messages
 * @param shardOf the file that holds each tensor
 */
record ShardIndex(String label, Map<String, String> shardOf) {
    private static final long LARGEST = 64 << 20;
    private static final String CURE = "fetch the index again";

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    static ShardIndex read(Path file) {
        String label = file.toString();
        try {
            long size = Files.size(file);
            if (size > LARGEST) {
                throw refused(label, "size", "at most " + LARGEST + " bytes", size + " bytes");
            }
            try (InputStream in = Files.newInputStream(file);
                    JsonParser json = JSON.createParser(in)) {
                return new ShardIndex(label, parse(json, label));
            }
        } catch (JsonProcessingException e) {
            throw refused(label, "content", "valid JSON with every key once", Quote.bare(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new SafetensorsException(
                    Problem.IO_FAILED, label, "file", "to read it", Quote.bare(e.toString()), "check its permissions");
        }
    }

    private static Map<String, String> parse(JsonParser in, String label) throws IOException {
        Map<String, String> map = null;
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw refused(label, "content", "a JSON object with a weight_map", "something else");
        }
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String field = in.currentName();
            in.nextToken();
            if (field.equals("weight_map")) {
                map = weightMap(in, label);
            } else {
                in.skipChildren();
            }
        }
        if (map == null) {
            throw refused(label, "weight_map", "an object of tensor names and file names", "none");
        }
        return map;
    }

    private static Map<String, String> weightMap(JsonParser in, String label) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw refused(label, "weight_map", "an object of tensor names and file names", "something else");
        }
        Map<String, String> map = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String tensor = in.currentName();
            if (in.nextToken() != JsonToken.VALUE_STRING) {
                throw refused(label, SafetensorsException.tensor(tensor), "a file name", "something else");
            }
            String file = in.getText();
            if (!isBareName(file)) {
                throw new SafetensorsException(
                        Problem.OUTSIDE_FOLDER,
                        label,
                        SafetensorsException.tensor(tensor),
                        "the bare name of a .safetensors file in the same folder",
                        Quote.of(file),
                        "do not trust this folder: no published index has other names");
            }
            map.put(tensor, file);
        }
        return map;
    }

    private static boolean isBareName(String file) {
        return file.endsWith(".safetensors")
                && file.length() <= 255
                && file.charAt(0) != '.'
                && file.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
    }

    /** The files, in the order of their first tensors. */
    Set<String> files() {
        return new LinkedHashSet<>(shardOf.values());
    }

    private static SafetensorsException refused(String label, String subject, String expected, String found) {
        return new SafetensorsException(Problem.INVALID_INDEX, label, subject, expected, found, CURE);
    }
}
