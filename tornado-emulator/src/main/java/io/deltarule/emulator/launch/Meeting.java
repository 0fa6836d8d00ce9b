package io.deltarule.emulator.launch;

import io.deltarule.emulator.grid.WarpWork;
import java.util.List;

/** A work-item's part in what its warp does together. */
final class Meeting<A, B> {
    private final WarpWork<A, B> work;
    private final A brought;
    private B result;

    Meeting(WarpWork<A, B> work, A brought) {
        this.work = work;
        this.brought = brought;
    }

    B result() {
        return result;
    }

    /** Does the work of a whole warp, whose work-items came to one place and so have the same work. */
    @SuppressWarnings("unchecked")
    void hold(List<Meeting<?, ?>> warp) {
        List<B> results = work.of(
                warp.stream().map(each -> ((Meeting<A, B>) each).brought).toList());
        for (int i = 0; i < results.size(); i++) {
            ((Meeting<A, B>) warp.get(i)).result = results.get(i);
        }
    }
}
