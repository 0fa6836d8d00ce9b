package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.ChannelOp;

/** Channels taken apart and put together: each gradient goes where its number came from. */
final class ChannelBackward {
    private ChannelBackward() {}

    static void slice(ChannelOp.Slice op, BackwardRun run) {
        double[] dy = run.gradient(op.out());
        int length = op.out().width() / op.groups();
        int stride = op.in().width() / op.groups();
        for (int i = 0; i < dy.length; i++) {
            BackwardRun.add(run.gradient(op.in()), i / length * stride + op.offset() + i % length, dy[i]);
        }
    }

    /** A second slot that all groups share gets the sum of theirs. */
    static void join(ChannelOp.Join op, BackwardRun run) {
        double[] dy = run.gradient(op.out());
        int first = op.firstPart();
        int second = op.secondPart();
        for (int i = 0; i < dy.length; i++) {
            int group = i / (first + second); // counted through all tokens
            int c = i % (first + second);
            if (c < first) {
                BackwardRun.add(run.gradient(op.first()), group * first + c, dy[i]);
            } else {
                int of = op.shared() ? group / op.groups() : group;
                BackwardRun.add(run.gradient(op.second()), of * second + c - first, dy[i]);
            }
        }
    }
}
