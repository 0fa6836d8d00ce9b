package io.deltarule.models.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** Makes the steps of a {@code tokenizer.json}'s decoder. All kinds that Hugging Face's library has are here. */
final class DecoderSteps {
    private DecoderSteps() {}

    /**
     * The steps, each of which feeds the next.
     *
     * @param decoder the file's {@code decoder}; null or a JSON null where there is none
     * @param last takes the text
     * @return the first of them
     * @throws IllegalArgumentException if there is a kind of decoder that is not known
     */
    static PieceSink of(JsonNode decoder, PieceSink last) {
        if (decoder == null || decoder.isNull()) {
            return new JoinStep(last);
        }
        PieceSink first = last;
        List<JsonNode> steps = new ArrayList<>();
        flatten(decoder, steps);
        Collections.reverse(steps);
        for (JsonNode step : steps) {
            first = step(step, first);
        }
        return first;
    }

    private static void flatten(JsonNode decoder, List<JsonNode> steps) {
        if (type(decoder).equals("Sequence")) {
            decoder.path("decoders").forEach(inner -> flatten(inner, steps));
        } else {
            steps.add(decoder);
        }
    }

    private static String type(JsonNode decoder) {
        return decoder.path("type").asText();
    }

    private static PieceSink step(JsonNode step, PieceSink next) {
        return switch (type(step)) {
            case "ByteLevel" -> new ByteLevelStep(next);
            case "ByteFallback" -> new ByteFallbackStep(next);
            case "Fuse" -> new FuseStep(next);
            case "Replace" -> replace(step.path("pattern"), step.path("content").asText(), next);
            case "Strip" ->
                new StripStep(
                        step.path("content").asText(" ").charAt(0),
                        step.path("start").asInt(),
                        step.path("stop").asInt(),
                        next);
            case "Metaspace" -> new MetaspaceStep(step.path("replacement").asText("▁"), prepended(step), next);
            case "WordPiece" ->
                new WordPieceStep(
                        step.path("prefix").asText("##"), step.path("cleanup").asBoolean(true), next);
            case "BPEDecoder" -> new SuffixStep(step.path("suffix").asText("</w>"), next);
            case "CTC" ->
                new CtcStep(
                        step.path("pad_token").asText("<pad>"),
                        step.path("word_delimiter_token").asText("|"),
                        step.path("cleanup").asBoolean(true),
                        next);
            default -> throw new IllegalArgumentException("a decoder of type '" + type(step) + "'");
        };
    }

    private static PieceSink replace(JsonNode pattern, String content, PieceSink next) {
        if (pattern.has("Regex")) {
            return new PatternStep(Pattern.compile(pattern.path("Regex").asText()), content, next);
        }
        String text =
                pattern.isTextual() ? pattern.asText() : pattern.path("String").asText();
        return text.isEmpty() ? next : new ReplaceStep(text, content, next);
    }

    /** Older files say it with {@code add_prefix_space}. */
    private static boolean prepended(JsonNode step) {
        boolean older = step.path("add_prefix_space").asBoolean(true);
        return older && !step.path("prepend_scheme").asText("always").equals("never");
    }
}
