package io.deltarule.models.corpus;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.Completion;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.FinishReason;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.StopText;
import io.deltarule.models.inference.TextStream;
import io.deltarule.models.inference.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * How each text goes on. Its seed comes from the options' and from the text's own key ({@link RowSeed}), so that it draws the same wherever and
 * beside whatever it is computed.
 *
 * @param options how every text goes on, with the seed of the whole corpus
 * @param stops texts before which a text ends
 */
public record Generation(GenerationOptions options, List<String> stops) implements CorpusTask<Generated> {
    /**
     * Copies the list.
     *
     * @throws InvalidInputException if a stop text is empty
     */
    public Generation {
        stops = List.copyOf(stops);
        new StopText(stops); // refuses an empty one
    }

    @Override
    public int least(boolean prefixed) {
        return 1;
    }

    @Override
    public int added() {
        return options.maxNewTokens();
    }

    @Override
    public List<Generated> run(RunReader reader, List<EncodedText> texts) {
        Session session = reader.begin(texts);
        List<GenerationOptions> own = new ArrayList<>();
        List<GoingOn> goingOn = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            long seed = RowSeed.of(options.sampling().seed(), texts.get(i).key());
            own.add(options.with(options.sampling().withSeed(seed)));
            goingOn.add(new GoingOn(reader.model().tokenizer(), stops));
        }
        reader.feed(session, texts);
        Decoder decoder = new Decoder(session, own);
        while (decoder.step()) {
            int[] tokens = decoder.tokens();
            for (int i = 0; i < texts.size(); i++) {
                if (tokens[i] != Decoder.NONE && goingOn.get(i).stopsAfter(tokens[i])) {
                    decoder.end(i);
                }
            }
        }
        List<Generated> results = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            results.add(goingOn.get(i).generated(decoder.completion(i)));
        }
        return results;
    }

    /** One text's new tokens as text. */
    private static final class GoingOn {
        private final TextStream stream;
        private final StopText stop;
        private final StringBuilder text = new StringBuilder();

        GoingOn(Tokenizer tokenizer, List<String> stops) {
            this.stream = new TextStream(tokenizer);
            this.stop = new StopText(stops);
        }

        boolean stopsAfter(int token) {
            text.append(stop.next(stream.next(token)));
            return stop.reached();
        }

        Generated generated(Completion made) {
            text.append(stop.next(stream.rest())).append(stop.rest());
            return new Generated(text.toString(), made.ids(), stop.reached() ? FinishReason.STOP : made.finish());
        }
    }
}
