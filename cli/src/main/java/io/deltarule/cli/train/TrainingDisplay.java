package io.deltarule.cli.train;

import io.deltarule.cli.output.Progress;
import io.deltarule.training.Evaluation;
import io.deltarule.training.Score;
import io.deltarule.training.StepReport;
import io.deltarule.training.run.TrainingRun;
import java.nio.file.Path;
import java.util.Locale;

/** The line that says how a run goes. */
final class TrainingDisplay implements TrainingRun.Listener {
    /** Weight of a new step in the running means. */
    private static final double NEW = 0.1;

    private final Progress progress;
    private final long steps;
    private final Score score;
    private int seen;
    private double seconds; // of a step, a running mean
    private double tokens;
    private String heldOut = "";

    TrainingDisplay(Progress progress, long steps, Score score) {
        this.progress = progress;
        this.steps = steps;
        this.score = score;
    }

    @Override
    public void stepped(StepReport step) {
        double weight = ++seen <= 2 ? 1 : NEW; // the first step compiles and says nothing of the others
        seconds += weight * (step.seconds() - seconds);
        tokens += weight * (step.tokens() - tokens);
        progress.say(String.format(
                Locale.ROOT,
                "step %d of %d, loss %.4f%s, %.0f tokens/s, %s left",
                step.step(),
                steps,
                step.loss(),
                heldOut,
                tokens / seconds,
                time((steps - step.step()) * seconds)));
    }

    @Override
    public void evaluated(long step, Evaluation evaluation) {
        heldOut = String.format(Locale.ROOT, ", held-out %s %.4g", score.id(), score.of(evaluation));
    }

    @Override
    public void saved(long step, Path checkpoint) {
        progress.say("step " + step + " of " + steps + ", saved " + checkpoint.getFileName());
    }

    static String time(double seconds) {
        if (seconds < 90) {
            return Math.round(seconds) + " s";
        }
        return seconds < 5400
                ? Math.round(seconds / 60) + " min"
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }
}
