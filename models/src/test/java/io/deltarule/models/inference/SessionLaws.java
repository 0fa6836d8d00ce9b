package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.testkit.Float32Recurrence;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session must keep to on every engine. */
abstract class SessionLaws {
    private static final SessionOptions OPTIONS = SessionOptions.of(48).withForm(io.deltarule.core.Form.CHUNK, 16);

    @TempDir
    Path folder;

    protected abstract DeltaEngine engine();

    /** How far a sequence that goes on from a copied state may be from one that was never interrupted. */
    protected abstract double copyTolerance();

    /** How far two ways through the same tokens may be apart. */
    protected double sameTolerance() {
        return 4 * Float32Recurrence.REORDERING_FLOOR;
    }

    /** A model of a name; the laws are about all kinds of layers that carry something. */
    protected Network network(String name) {
        return TinyNetwork.make(name);
    }

    private LanguageModel model() {
        return TinyNetwork.model(network("tiny"), engine());
    }

    private Session session(SessionOptions options) {
        return model().session(options);
    }

    /** All logits of some ids from a fresh session in one piece. */
    private Tensor whole(int[] ids) {
        Tensor all = Tensor.zeros(ids.length, TinyNetwork.VOCABULARY).fill(Float.NaN);
        try (Session session = session(OPTIONS.withPiece(48).withAllLogits(TinyNetwork.VOCABULARY))) {
            session.feed(
                    ids,
                    (first, rows) -> NetworkPlans.slice(all, first, rows.dim(0)).copyFrom(rows));
        }
        return all;
    }

    private static Tensor row(Tensor all, int place) {
        return Tensor.view(NetworkPlans.slice(all, place, 1).data(), TinyNetwork.VOCABULARY);
    }

    private static void close(String what, Tensor expected, Tensor found, double tolerance) {
        Comparison comparison = Comparison.of(what, expected, found);
        assertTrue(comparison.within(tolerance), () -> comparison + "; tolerance " + tolerance);
    }

    private static Tensor copy(Tensor t) {
        return Tensor.zeros(t.dims()).copyFrom(t);
    }

    private static int[] part(int[] ids, int from, int to) {
        return Arrays.copyOfRange(ids, from, to);
    }

    private static void feed(Session session, int... ids) {
        session.feed(new int[][] {ids});
    }

    @Test
    void piecesAndDecodingEqualOnePrefill() {
        int[] ids = TinyNetwork.ids(40, 1);
        Tensor all = whole(ids);
        try (Session session = session(OPTIONS.withPiece(9))) {
            feed(session, part(ids, 0, 31));
            close("prefill in pieces", row(all, 30), session.logits(0), sameTolerance());
            for (int t = 31; t < ids.length; t++) {
                feed(session, ids[t]);
                close("decode " + t, row(all, t), session.logits(0), sameTolerance());
            }
            assertArrayEquals(ids, session.ids(0));
        }
    }

    @Test
    void blocksOfLogitsEqualOneBlock() {
        int[] ids = TinyNetwork.ids(29, 2);
        Tensor all = whole(ids);
        int[] next = new int[1];
        try (Session session = session(OPTIONS.withPiece(12))) {
            session.feed(ids, (first, rows) -> {
                assertEquals(next[0], first);
                next[0] += rows.dim(0);
                close("row " + first, NetworkPlans.slice(all, first, rows.dim(0)), rows, sameTolerance());
            });
            assertEquals(ids.length, next[0]);
            close("last", row(all, 28), session.logits(0), sameTolerance());
        }
    }

    @Test
    void promptsOfDifferentLengthsEqualSinglePrompts() {
        int[][] prompts = {TinyNetwork.ids(13, 3), {}, TinyNetwork.ids(30, 4), TinyNetwork.ids(1, 5)};
        int[][] more = {{}, TinyNetwork.ids(5, 6), TinyNetwork.ids(2, 7), TinyNetwork.ids(1, 8)};
        try (Session batch = session(OPTIONS.withSequences(4).withPiece(16))) {
            batch.feed(prompts);
            assertThrows(IllegalStateException.class, () -> batch.logits(1));
            batch.feed(more);
            for (int i = 0; i < prompts.length; i++) {
                int[] ids = batch.ids(i);
                assertEquals(prompts[i].length + more[i].length, ids.length);
                close("sequence " + i, row(whole(ids), ids.length - 1), batch.logits(i), sameTolerance());
            }
        }
    }

    /** Goes on from a state token by token and compares with the session that it was taken from. */
    private void goesOnAlike(Session expected, Session found, int sequence) {
        assertArrayEquals(expected.ids(0), found.ids(sequence));
        close("logits at once", expected.logits(0), found.logits(sequence), 0);
        for (int id : TinyNetwork.ids(9, 10)) {
            feed(expected, id);
            int[][] ids = new int[found.options().sequences()][0];
            ids[sequence] = new int[] {id};
            found.feed(ids);
            close("goes on", expected.logits(0), found.logits(sequence), copyTolerance());
        }
    }

    @Test
    void aSavedStateGoesOnInASessionOfOtherCapacities() {
        for (int length : new int[] {1, 5, 20}) { // before and after the window is full
            Path file = folder.resolve("state" + length);
            LanguageModel model = model();
            try (Session session = model.session(OPTIONS);
                    Session larger = model.session(SessionOptions.of(60).withPiece(5))) {
                feed(session, TinyNetwork.ids(length, 9));
                session.state(0).save(file, model.network());
                feed(larger, 1, 2, 3); // what restoring must replace
                larger.restore(0, ModelState.load(file, model.network()));
                goesOnAlike(session, larger, 0);
            }
        }
    }

    @Test
    void aStateIsTakenUpBesideOtherSequences() {
        LanguageModel model = model();
        try (Session session = model.session(OPTIONS);
                Session batch = model.session(OPTIONS.withSequences(3));
                Session beside = model.session(OPTIONS)) {
            feed(session, TinyNetwork.ids(12, 11));
            int[] other = TinyNetwork.ids(17, 12);
            batch.feed(TinyNetwork.ids(3, 13), TinyNetwork.ids(6, 14), other);
            batch.restore(1, session.state(0));
            assertArrayEquals(other, batch.ids(2));
            feed(beside, other);
            feed(beside, 7);
            batch.feed(new int[0], new int[0], new int[] {7});
            close("the sequence beside", beside.logits(0), batch.logits(2), sameTolerance());
            for (int id : TinyNetwork.ids(5, 15)) {
                feed(session, id);
                batch.feed(new int[0], new int[] {id}, new int[0]);
                close("goes on", session.logits(0), batch.logits(1), sameTolerance());
            }
        }
    }

    @Test
    void aForkGoesItsOwnWay() {
        int[] prefix = TinyNetwork.ids(14, 16);
        try (Session session = session(OPTIONS)) {
            feed(session, prefix);
            try (Session fork = session.fork();
                    Session again = session.fork()) {
                feed(fork, 5, 6, 7, 8, 9, 10, 11, 12, 13);
                assertEquals(14, session.length(0));
                goesOnAlike(session, again, 0);
            }
        }
    }

    @Test
    void rollingBackAndReplayingGivesTheSameLogits() {
        int[] ids = TinyNetwork.ids(34, 17);
        for (int kept : new int[] {0, 4}) { // without checkpoints, and with one every four tokens
            try (Session session = session(OPTIONS.withPiece(8).withCheckpoints(kept, 3))) {
                feed(session, part(ids, 0, 19));
                Tensor[] seen = new Tensor[ids.length];
                for (int t = 19; t < ids.length; t++) {
                    feed(session, ids[t]);
                    seen[t] = copy(session.logits(0));
                }
                for (int back : new int[] {0, 1, 6, 14}) {
                    session.rollback(0, back);
                    int there = ids.length - back;
                    assertArrayEquals(part(ids, 0, there), session.ids(0));
                    close("back by " + back, seen[there - 1], session.logits(0), copyTolerance());
                    for (int t = there; t < ids.length; t++) {
                        feed(session, ids[t]);
                        close("replayed " + t, seen[t], session.logits(0), copyTolerance());
                    }
                }
            }
        }
    }

    @Test
    void rollingBackIntoARunIsTheSameToRounding() {
        int[] ids = TinyNetwork.ids(30, 18);
        Tensor all = whole(ids);
        try (Session session = session(OPTIONS)) {
            feed(session, ids);
            session.rollback(0, 13);
            close("within the run", row(all, 16), session.logits(0), sameTolerance());
            session.rollback(0, 17);
            assertEquals(0, session.length(0));
            assertThrows(IllegalStateException.class, () -> session.logits(0));
            feed(session, part(ids, 0, 4));
            close("from the beginning", row(all, 3), session.logits(0), sameTolerance());
            assertThrows(InvalidInputException.class, () -> session.rollback(0, 5));
            assertThrows(InvalidInputException.class, () -> session.rollback(0, -1));
        }
    }

    @Test
    void aCheckpointIsWhereADraftIsTakenBackTo() {
        int[] ids = TinyNetwork.ids(21, 19);
        try (Session session = session(OPTIONS.withSequences(2));
                Session straight = session(OPTIONS.withSequences(2))) {
            for (Session s : new Session[] {session, straight}) {
                s.feed(ids, TinyNetwork.ids(4, 20));
            }
            session.checkpoint(0);
            session.feed(new int[] {1, 2, 3, 4}, new int[0]);
            session.rollback(0, 4);
            session.feed(new int[] {9}, new int[] {9});
            straight.feed(new int[] {9}, new int[] {9});
            for (int i = 0; i < 2; i++) {
                close("sequence " + i, straight.logits(i), session.logits(i), copyTolerance());
            }
        }
    }

    @Test
    void refusesWhatDoesNotFitBeforeAnythingIsFed() {
        try (Session session = session(OPTIONS)) {
            feed(session, TinyNetwork.ids(45, 21));
            Tensor before = copy(session.logits(0));
            refused("at most 48", () -> feed(session, 1, 2, 3, 4));
            refused("found 61 at place 1", () -> feed(session, 0, TinyNetwork.VOCABULARY));
            refused("found -1 at place 0", () -> feed(session, -1));
            refused("one array for each", () -> session.feed(new int[][] {{1}, {2}}));
            assertEquals(45, session.length(0));
            close("unchanged", before, session.logits(0), 0);
            ModelState state = session.state(0);
            refused("MiB", () -> session(SessionOptions.of(Integer.MAX_VALUE)));
            try (Session smaller = session(SessionOptions.of(44))) {
                refused("at most 44", () -> smaller.restore(0, state));
            }
            try (LanguageModel other = TinyNetwork.model(network("other"), engine());
                    Session elsewhere = other.session(48)) {
                refused("fingerprint of other", () -> elsewhere.restore(0, state));
            }
        }
    }

    private static void refused(String about, org.junit.jupiter.api.function.Executable body) {
        String message = assertThrows(InvalidInputException.class, body).getMessage();
        assertTrue(message.contains(about), message);
    }
}
