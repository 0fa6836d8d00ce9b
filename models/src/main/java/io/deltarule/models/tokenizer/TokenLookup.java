package io.deltarule.models.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;

/** Finds one token in a {@code tokenizer.json} without keeping any of the others. */
public final class TokenLookup {
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private TokenLookup() {}

    /**
     * The id of a token of this text: an added one, else one of the model's.
     *
     * @param file a tokenizer.json
     * @return null if there is none, or the file is of another shape
     * @throws IOException if it is no JSON
     */
    public static Integer idOf(Path file, String token) throws IOException {
        try (JsonParser json = JSON.createParser(file.toFile())) {
            Integer inModel = null;
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("added_tokens") && value == JsonToken.START_ARRAY) {
                    Integer added = added(json, token);
                    if (added != null) {
                        return added;
                    }
                } else if (field.equals("model") && value == JsonToken.START_OBJECT) {
                    inModel = model(json, token);
                } else {
                    json.skipChildren();
                }
            }
            return inModel;
        }
    }

    private static Integer added(JsonParser json, String token) throws IOException {
        Integer found = null;
        while (json.nextToken() == JsonToken.START_OBJECT) {
            int id = -1;
            String content = null;
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
                    id = json.getIntValue();
                } else if (field.equals("content")) {
                    content = json.getText();
                } else {
                    json.skipChildren();
                }
            }
            if (token.equals(content) && id >= 0) {
                found = id;
            }
        }
        return found;
    }

    private static Integer model(JsonParser json, String token) throws IOException {
        Integer found = null;
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (field.equals("vocab") && value == JsonToken.START_OBJECT) {
                for (String piece = json.nextFieldName(); piece != null; piece = json.nextFieldName()) {
                    int id = json.nextIntValue(-1);
                    if (piece.equals(token)) {
                        found = id;
                    }
                }
            } else if (field.equals("vocab") && value == JsonToken.START_ARRAY) {
                for (int id = 0; json.nextToken() == JsonToken.START_ARRAY; id++) {
                    if (token.equals(json.nextTextValue())) {
                        found = id;
                    }
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        // the score
                    }
                }
            } else {
                json.skipChildren();
            }
        }
        return found;
    }
}
