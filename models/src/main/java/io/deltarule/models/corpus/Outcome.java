package io.deltarule.models.corpus;

import java.io.Serializable;

/**
 * What became of one text.
 *
 * @param <R> the kind of result
 * @param result null where there is a problem
 * @param problem why there is no result, in one sentence; null where there is one
 * @param tokens how many tokens of this text were read, prefix not included; 0 where there is a problem
 */
public record Outcome<R>(R result, String problem, int tokens) implements Serializable {
    static <R> Outcome<R> bad(String problem) {
        return new Outcome<>(null, problem, 0);
    }
}
