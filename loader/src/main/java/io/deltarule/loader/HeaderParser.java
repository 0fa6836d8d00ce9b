package io.deltarule.loader;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.util.ByteBufferBackedInputStream;
import io.deltarule.loader.SafetensorsException.Problem;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a header's JSON token by token into tensors and metadata:
 *
 * <pre>  {"__metadata__": {key: text}, name: {"dtype": text, "shape": [n …], "data_offsets": [begin, end]} …}</pre>
 *
 * Fields of a tensor other than these three are skipped, as the reference implementation does. Offsets are not compared
 * with anything here: {@link DataLayout} does that.
 */
final class HeaderParser {
    /** The key that is no tensor. */
    static final String METADATA = "__metadata__";

    /** More axes than any tensor library allows; without a limit one shape could fill the whole memory. */
    static final int MAX_AXES = 64;

    private static final int MAX_DEPTH = 32;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Names are mostly unique: a table of them costs memory and can be attacked with colliding hashes.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(100)
                    .maxNameLength(65_536)
                    .maxStringLength((int) Header.MAX_LENGTH)
                    .build())
            .build();

    private final String label;

    HeaderParser(String label) {
        this.label = label;
    }

    /** The content of a header before its offsets are checked, both in the order of the JSON. */
    record Parsed(Map<String, String> metadata, List<TensorInfo> tensors) {}

    /**
     * Parses a whole header.
     *
     * @param json valid UTF-8
     * @throws SafetensorsException if it is no JSON, or none of the form above
     */
    Parsed parse(MemorySegment json) {
        try (JsonParser in = JSON.createParser(
                new InputStreamReader(new ByteBufferBackedInputStream(json.asByteBuffer()), StandardCharsets.UTF_8))) {
            try {
                return header(in);
            } catch (JsonProcessingException e) {
                throw refused(in, e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory does not fail", e);
        }
    }

    private Parsed header(JsonParser in) throws IOException {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new SafetensorsException(
                    Problem.NOT_A_JSON_OBJECT,
                    label,
                    "header",
                    "a JSON object",
                    found(in),
                    SafetensorsException.DAMAGED);
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        List<TensorInfo> tensors = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            if (name.equals(METADATA)) {
                metadata(in, metadata);
            } else {
                tensors.add(tensor(in, name));
            }
        }
        if (in.nextToken() != null) {
            throw new SafetensorsException(
                    Problem.TRAILING_JSON,
                    label,
                    "header",
                    "nothing after the JSON object",
                    found(in),
                    SafetensorsException.DAMAGED);
        }
        return new Parsed(Collections.unmodifiableMap(metadata), tensors);
    }

    private void metadata(JsonParser in, Map<String, String> metadata) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return; // the reference implementation reads null as no metadata
        }
        expect(in, JsonToken.START_OBJECT, METADATA, "an object of strings");
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String key = in.currentName();
            in.nextToken();
            String subject = METADATA + " " + Quote.of(key);
            expect(in, JsonToken.VALUE_STRING, subject, "a string");
            metadata.put(key, text(in, subject));
        }
    }

    private TensorInfo tensor(JsonParser in, String name) throws IOException {
        String subject = SafetensorsException.tensor(name);
        expect(in, JsonToken.START_OBJECT, subject, "an object with dtype, shape and data_offsets");
        Dtype dtype = null;
        long[] shape = null;
        long[] offsets = null;
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "dtype" -> dtype = dtype(in, subject);
                case "shape" -> shape = numbers(in, subject + ": shape");
                case "data_offsets" -> offsets = pair(numbers(in, subject + ": data_offsets"), subject);
                default -> in.skipChildren();
            }
        }
        require(dtype, subject, "dtype");
        require(shape, subject, "shape");
        require(offsets, subject, "data_offsets");
        return new TensorInfo(name, dtype, shape, offsets[0], offsets[1]);
    }

    private Dtype dtype(JsonParser in, String subject) throws IOException {
        expect(in, JsonToken.VALUE_STRING, subject + ": dtype", "a string");
        String name = in.getText();
        return Dtype.named(name)
                .orElseThrow(() -> new SafetensorsException(
                        Problem.UNKNOWN_DTYPE,
                        label,
                        subject + ": dtype",
                        "one of " + Dtype.names(),
                        Quote.of(name),
                        "convert the tensor to one of these types"));
    }

    private long[] numbers(JsonParser in, String subject) throws IOException {
        expect(in, JsonToken.START_ARRAY, subject, "an array of whole numbers");
        long[] numbers = new long[4];
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (count == MAX_AXES) {
                throw new SafetensorsException(
                        Problem.TOO_MANY_AXES,
                        label,
                        subject,
                        "at most " + MAX_AXES + " numbers",
                        "more",
                        SafetensorsException.DAMAGED);
            }
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count] = number(in, subject);
            count++;
        }
        return Arrays.copyOf(numbers, count);
    }

    private long number(JsonParser in, String subject) throws IOException {
        expect(in, JsonToken.VALUE_NUMBER_INT, subject, "a whole number");
        String digits = in.getText();
        if (digits.startsWith("-")) {
            throw new SafetensorsException(
                    Problem.NEGATIVE_NUMBER,
                    label,
                    subject,
                    "no negative number",
                    digits,
                    SafetensorsException.DAMAGED);
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException tooLarge) {
            throw new SafetensorsException(
                    Problem.NUMBER_TOO_LARGE,
                    label,
                    subject,
                    "numbers of at most " + Long.MAX_VALUE,
                    digits,
                    SafetensorsException.DAMAGED);
        }
    }

    private long[] pair(long[] numbers, String subject) {
        if (numbers.length != 2) {
            throw new SafetensorsException(
                    Problem.NOT_A_PAIR,
                    label,
                    subject + ": data_offsets",
                    "two numbers [begin, end]",
                    Arrays.toString(numbers),
                    SafetensorsException.DAMAGED);
        }
        return numbers;
    }

    private void require(Object value, String subject, String field) {
        if (value == null) {
            throw new SafetensorsException(
                    Problem.MISSING_FIELD,
                    label,
                    subject,
                    "dtype, shape and data_offsets",
                    "no " + field,
                    SafetensorsException.DAMAGED);
        }
    }

    private void expect(JsonParser in, JsonToken token, String subject, String expected) throws IOException {
        if (in.currentToken() != token) {
            throw new SafetensorsException(
                    Problem.WRONG_JSON_TYPE, label, subject, expected, found(in), SafetensorsException.DAMAGED);
        }
    }

    /** A string's text. Jackson itself refuses halves of surrogate pairs in names, but lets them pass in values. */
    private String text(JsonParser in, String subject) throws IOException {
        String text = in.getText();
        if (!Utf8.isEncodable(text)) {
            throw new SafetensorsException(
                    Problem.INVALID_TEXT,
                    label,
                    subject,
                    "valid Unicode text",
                    "half a surrogate pair in " + Quote.of(text),
                    SafetensorsException.DAMAGED);
        }
        return text;
    }

    private static String found(JsonParser in) throws IOException {
        JsonToken token = in.currentToken();
        return switch (token) {
            case null -> "nothing";
            case START_OBJECT, END_OBJECT -> "an object";
            case START_ARRAY, END_ARRAY -> "an array";
            case VALUE_STRING -> "the string " + Quote.of(in.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + Quote.bare(in.getText());
            default -> Quote.bare(in.getText());
        };
    }

    private SafetensorsException refused(JsonParser in, JsonProcessingException e) {
        String message = e.getOriginalMessage();
        Problem problem;
        String expected;
        if (e instanceof StreamConstraintsException) {
            problem = Problem.JSON_LIMIT;
            expected = "JSON nested at most " + MAX_DEPTH + " deep, with names and numbers of usual length";
        } else if (message.startsWith("Duplicate")) {
            problem = Problem.DUPLICATE_KEY;
            expected = "every key once in its object";
        } else {
            problem = Problem.INVALID_JSON;
            expected = "valid JSON";
        }
        String place = " at character " + in.currentLocation().getCharOffset() + " of the header";
        return new SafetensorsException(
                problem, label, "header", expected, Quote.bare(message) + place, SafetensorsException.DAMAGED);
    }
}
