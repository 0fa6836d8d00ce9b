package io.deltarule.bench.suite;

import io.deltarule.bench.result.ProgramSpeed;
import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.verification.Verification;
import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.core.Tensor;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A model's file on the CPU engine, by the session that generates text: prefills, and tokens one by one. */
final class ModelRun implements AutoCloseable {
    /** Tokens that are compared with the reference: two read at once, and one decoded. */
    private static final int VERIFIED = 3;

    private final LanguageModel model;
    private final Session session;
    private final int prompt;
    private final int fresh;
    private final List<Double> prefills = new ArrayList<>();
    private final List<Double> steps = new ArrayList<>();

    ModelRun(Path file, int prompt, int fresh) {
        this.prompt = prompt;
        this.fresh = fresh;
        model = LanguageModel.open(file, Engines.named("cpu"), null);
        Session made = null;
        try {
            made = model.session(Math.max(VERIFIED, Math.max(prompt, fresh)));
        } finally {
            if (made == null) {
                model.close();
            }
        }
        session = made;
    }

    private int[] ids(int from, int count) {
        int[] ids = new int[count];
        Arrays.setAll(ids, i -> (int) ((from + i) * 7919L % model.network().vocabulary()));
        return ids;
    }

    /** Compares the logits after three tokens with those of float64. */
    Verification verify(Path file) {
        DeltaEngine reference = Engines.named("reference");
        try (LanguageModel exact = LanguageModel.open(file, reference, null);
                Session slow = exact.session(VERIFIED)) {
            Tensor want = logits(slow);
            Comparison comparison = Comparison.of("logits", want, logits(session));
            return new Verification(
                    comparison.within(Verification.TOLERANCE) && Verification.finite(session.logits(0)),
                    comparison,
                    Verification.TOLERANCE,
                    1,
                    1,
                    VERIFIED);
        }
    }

    private Tensor logits(Session of) {
        of.reset(0);
        of.feed(ids(0, VERIFIED - 1));
        of.feed(ids(VERIFIED - 1, 1));
        return of.logits(0);
    }

    /** A prompt and as many tokens as are decoded, timed but for the first time. */
    void round(boolean timed) {
        session.reset(0);
        int[] ids = ids(0, prompt);
        long begun = System.nanoTime();
        session.feed(ids);
        long read = System.nanoTime();
        session.reset(0);
        long again = System.nanoTime();
        for (int i = 0; i < fresh; i++) {
            session.feed(ids(i, 1));
        }
        long done = System.nanoTime();
        if (timed) {
            prefills.add((double) (read - begun));
            steps.add((done - again) / (double) fresh);
        }
    }

    /** What the rounds took. */
    ProgramSpeed speed(String version, Verification verification) {
        boolean timed = !prefills.isEmpty();
        return new ProgramSpeed(
                "deltarule",
                version,
                verification,
                timed ? Timing.of(prefills) : null,
                timed ? Timing.of(steps) : null);
    }

    @Override
    public void close() {
        session.close();
        model.close();
    }
}
