package io.deltarule.models.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What each id stands for in a {@code tokenizer.json}, as the file stores it, and the file's decoder. Added tokens have the ids
 * that Hugging Face's library gives them, whatever the file says: that of an equal piece of the model, else the next free one.
 */
public final class TokenPieces {
    /** Names of a vocabulary come once each: keeping them for the next time would cost more than all the rest. */
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build());

    /** Ids beyond are no model's. */
    private static final int MOST_IDS = 1 << 24;

    private final String[] byId;
    private final Set<String> special;
    private final JsonNode decoder;

    private TokenPieces(String[] byId, Set<String> special, JsonNode decoder) {
        this.byId = byId;
        this.special = special;
        this.decoder = decoder;
    }

    /**
     * Reads a file that Hugging Face's library took.
     *
     * @param json its bytes
     * @throws IOException if it is no JSON
     */
    public static TokenPieces of(byte[] json) throws IOException {
        Reader reader = new Reader();
        try (JsonParser parser = JSON.createParser(json)) {
            reader.file(parser);
        }
        return reader.pieces();
    }

    /** Another stream of text. */
    public PieceStream stream() {
        return new PieceStream(this);
    }

    /** What an id stands for, or null where it is special or stands for nothing. */
    String shown(int id) {
        String piece = id < 0 || id >= byId.length ? null : byId[id];
        return piece == null || special.contains(piece) ? null : piece;
    }

    JsonNode decoder() {
        return decoder;
    }

    /** Walks through a file without making a tree of its vocabulary, which may have a quarter of a million pieces. */
    private static final class Reader {
        private record Added(String content, boolean special) {}

        private String[] byId = new String[1 << 15];
        private int size;
        private final List<Added> tokens = new ArrayList<>();
        private JsonNode decoder;

        void file(JsonParser json) throws IOException {
            json.nextToken();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                switch (field) {
                    case "added_tokens" ->
                        JSON.<JsonNode>readTree(json)
                                .forEach(token -> tokens.add(new Added(
                                        token.path("content").asText(),
                                        token.path("special").asBoolean())));
                    case "decoder" -> decoder = JSON.readTree(json);
                    case "model" -> model(json);
                    default -> json.skipChildren();
                }
            }
        }

        private void model(JsonParser json) throws IOException {
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (!field.equals("vocab")) {
                    json.skipChildren();
                } else if (value == JsonToken.START_OBJECT) {
                    for (String piece = json.nextFieldName(); piece != null; piece = json.nextFieldName()) {
                        put(json.nextIntValue(-1), piece);
                        size++;
                    }
                } else {
                    while (json.nextToken() == JsonToken.START_ARRAY) {
                        // a piece and its score, in the order of the ids
                        put(size++, json.nextTextValue());
                        json.nextToken();
                        json.nextToken();
                    }
                }
            }
        }

        private void put(int id, String piece) {
            if (id >= byId.length && id < MOST_IDS) {
                byId = Arrays.copyOf(byId, Math.max(id + 1, 2 * byId.length));
            }
            if (id >= 0 && id < byId.length) {
                byId[id] = piece;
            }
        }

        TokenPieces pieces() {
            Set<String> contents = new HashSet<>();
            tokens.forEach(token -> contents.add(token.content()));
            Map<String, Integer> ofTheModel = new HashMap<>();
            for (int id = 0; id < byId.length && !contents.isEmpty(); id++) {
                if (byId[id] != null && contents.contains(byId[id])) {
                    ofTheModel.put(byId[id], id);
                }
            }
            int next = size;
            Set<String> added = new HashSet<>();
            Set<String> special = new HashSet<>();
            for (Added token : tokens) {
                if (token.content().isEmpty()) {
                    continue;
                }
                if (token.special()) {
                    special.add(token.content());
                }
                if (added.add(token.content())) {
                    int id = ofTheModel.getOrDefault(token.content(), next);
                    put(id, token.content());
                    next = Math.max(next, id >= size ? id + 1 : size);
                }
            }
            return new TokenPieces(byId, special, decoder);
        }
    }
}
