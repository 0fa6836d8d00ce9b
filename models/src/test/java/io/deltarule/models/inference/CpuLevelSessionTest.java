package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import org.junit.jupiter.api.Test;

/** The same of log-linear states, which mean nothing without their position. */
class CpuLevelSessionTest extends CpuSessionTest {
    @Override
    protected Network network(String name) {
        return TinyNetwork.logLinear(name);
    }

    /** Seven levels are enough for 2^6 tokens. */
    @Test
    void aTokenPastTheLastLevelIsRefusedWithTheLimit() {
        LanguageModel model = TinyNetwork.model(network("tiny"), engine());
        try (Session session = model.session(80)) {
            session.feed(new int[][] {TinyNetwork.ids(64, 1)});
            String message = assertThrows(InvalidInputException.class, () -> session.feed(new int[][] {{1}}))
                    .getMessage();
            assertTrue(message.contains("2^6 = 64 tokens"), message);
            assertEquals(64, session.length(0));
            session.rollback(0, 1);
            session.feed(new int[][] {{1}});
        }
    }
}
