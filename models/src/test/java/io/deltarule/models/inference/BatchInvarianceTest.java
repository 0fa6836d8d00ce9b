package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.deltarule.core.cpu.CpuEngine;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same numbers, bit for bit, alone and beside others, through prompts and decoding, whatever the number of threads. */
class BatchInvarianceTest {
    private static final int[] LENGTHS = {13, 1, 30, 0, 2, 17};
    private static final int TOGETHER = 128;

    static Stream<Network> networks() {
        return Stream.of(TinyNetwork.make(), TinyNetwork.logLinear("levels"), TinyNetwork.withMemory("memory", 3));
    }

    private static LanguageModel model(Network network, int threads) {
        return TinyNetwork.model(network, new CpuEngine(threads).batchInvariant());
    }

    private static int[] next(int step, int sequence) {
        return new int[] {TinyNetwork.ids(8, 40 + sequence)[step]};
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aSequencesNumbersDoNotDependOnWhatRunsBesideIt(Network network) {
        int n = LENGTHS.length;
        float[][][] together = new float[n][4][];
        int[][] prompts = new int[n][];
        for (int i = 0; i < n; i++) {
            prompts[i] = TinyNetwork.ids(LENGTHS[i], 30 + i);
        }
        try (Session session =
                model(network, 2).session(SessionOptions.of(48).withSequences(n).withPiece(TOGETHER))) {
            session.feed(prompts);
            for (int step = 0; step < 4; step++) {
                for (int i = 0; i < n; i++) {
                    together[i][step] = LENGTHS[i] + step == 0
                            ? new float[0]
                            : session.logits(i).toArray();
                }
                int[][] more = new int[n][];
                for (int i = 0; i < n; i++) {
                    more[i] = next(step, i);
                }
                session.feed(more);
            }
        }
        for (int i = 0; i < n; i++) {
            try (Session alone = model(network, 1).session(SessionOptions.of(48).withPiece(TOGETHER))) {
                alone.feed(new int[][] {prompts[i]});
                for (int step = 0; step < 4; step++) {
                    if (LENGTHS[i] + step > 0) {
                        assertArrayEquals(
                                together[i][step], alone.logits(0).toArray(), 0f, "sequence " + i + ", step " + step);
                    }
                    alone.feed(new int[][] {next(step, i)});
                }
            }
        }
    }
}
