package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The same with memory tokens before every sequence, more of them than a window holds. */
class CpuMemorySessionTest extends CpuSessionTest {
    private static final int MEMORY = 11;

    @Override
    protected Network network(String name) {
        return TinyNetwork.withMemory(name, MEMORY);
    }

    /** A network that has them in its vocabulary is fed them like others. */
    @Test
    void memoryTokensAreTokensThatStandBeforeTheText() {
        int[] text = TinyNetwork.ids(9, 3);
        int[] memory = IntStream.range(TinyNetwork.VOCABULARY, TinyNetwork.VOCABULARY + MEMORY)
                .toArray();
        LanguageModel plain = TinyNetwork.model(TinyNetwork.withMemoryInTheVocabulary("tiny", MEMORY), engine());
        LanguageModel model = TinyNetwork.model(network("tiny"), engine());
        try (Session fed = plain.session(MEMORY + text.length);
                Session begun = model.session(
                        SessionOptions.of(text.length).withPiece(4).withSequences(2))) {
            fed.feed(new int[][] {memory});
            fed.feed(new int[][] {text});
            begun.feed(new int[0], text);
            Tensor expected = Tensor.zeros(TinyNetwork.VOCABULARY);
            for (int i = 0; i < TinyNetwork.VOCABULARY; i++) {
                expected.set(i, fed.logits(0).get(i));
            }
            Comparison comparison = Comparison.of("after the memory tokens", expected, begun.logits(1));
            assertTrue(comparison.within(sameTolerance()), comparison::toString);
            assertEquals(text.length, begun.length(1));
            assertArrayEquals(text, begun.ids(1));
        }
    }

    @Test
    void theyAreNoneOfTheVocabularyAndTakeNoContext() {
        try (Session session = TinyNetwork.model(network("tiny"), engine()).session(20)) {
            session.feed(new int[][] {TinyNetwork.ids(20, 4)});
            String message = assertThrows(
                            InvalidInputException.class, () -> session.feed(new int[][] {{TinyNetwork.VOCABULARY}}))
                    .getMessage();
            assertTrue(message.contains("ids from 0 to " + (TinyNetwork.VOCABULARY - 1)), message);
        }
    }
}
