package io.deltarule.models.inference;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** A sequence's kept states, rising in length; the oldest goes when there are too many. */
final class CheckpointRing {
    private final SessionOptions.Checkpoints policy;
    private final Deque<ModelState> states = new ArrayDeque<>();

    CheckpointRing(SessionOptions.Checkpoints policy) {
        this.policy = policy;
    }

    CheckpointRing copy() {
        CheckpointRing copy = new CheckpointRing(policy);
        copy.states.addAll(states);
        return copy;
    }

    /** Whether the policy wants one at this length. */
    boolean due(int length) {
        int last = states.isEmpty() ? 0 : states.getLast().length();
        return policy.every() > 0 && length - last >= policy.every();
    }

    void add(ModelState state) {
        if (!states.isEmpty() && states.getLast().length() == state.length()) {
            return;
        }
        states.addLast(state);
        if (states.size() > policy.most()) {
            states.removeFirst();
        }
    }

    /** Forgets what is longer. */
    void dropAfter(int length) {
        while (!states.isEmpty() && states.getLast().length() > length) {
            states.removeLast();
        }
    }

    Optional<ModelState> latest() {
        return Optional.ofNullable(states.peekLast());
    }
}
