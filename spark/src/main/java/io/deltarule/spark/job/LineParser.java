package io.deltarule.spark.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A line of a file to a row.
 *
 * @param json whether it is a JSON object; else it is the text
 * @param textField the field that has the text
 * @param idField the field that tells rows apart, or null
 * @param prefixField the field that has what comes before the text, or null
 */
record LineParser(boolean json, String textField, String idField, String prefixField) implements Serializable {
    private static final ObjectReader OBJECTS =
            JobConfig.JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    SourceRow parse(byte[] bytes, int length) {
        String line;
        try {
            line = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            return SourceRow.bad(
                    new String(bytes, 0, length, StandardCharsets.UTF_8),
                    null,
                    "line: expected UTF-8 but found other bytes, which are shown as U+FFFD");
        }
        return json ? object(line) : new SourceRow(line, null, null, null);
    }

    private SourceRow object(String line) {
        JsonNode node;
        try {
            node = OBJECTS.readTree(line);
        } catch (JsonProcessingException e) {
            return SourceRow.bad(line, null, "line: expected a JSON object but found: " + e.getOriginalMessage());
        }
        if (node == null || !node.isObject()) {
            return SourceRow.bad(
                    line,
                    null,
                    "line: expected a JSON object but found "
                            + (node == null || node.isMissingNode() ? "an empty line" : "another value"));
        }
        JsonNode idNode = idField == null ? null : node.get(idField);
        String id =
                idNode == null || idNode.isNull() ? null : idNode.isValueNode() ? idNode.asText() : idNode.toString();
        if (idField != null && id == null) {
            return SourceRow.bad(line, null, "field " + idField + ": expected a value but found none");
        }
        String problem = noText(node, textField);
        if (problem == null && prefixField != null) {
            problem = noText(node, prefixField);
        }
        return problem != null
                ? SourceRow.bad(line, id, problem)
                : new SourceRow(
                        node.get(textField).asText(),
                        id,
                        prefixField == null ? null : node.get(prefixField).asText(),
                        null);
    }

    /** What is wrong with a field that should have a text; null if it has one. */
    private static String noText(JsonNode node, String field) {
        JsonNode text = node.get(field);
        if (text != null && text.isTextual()) {
            return null;
        }
        return "field " + field + ": expected a text but found "
                + (text == null
                        ? "no such field"
                        : text.isNull() ? "null" : text.getNodeType().name().toLowerCase(Locale.ROOT));
    }
}
