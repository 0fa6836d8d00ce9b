package uk.ac.manchester.tornado.api;

/** One execution of a plan: its times, and the way to what it left on the device. */
public class TornadoExecutionResult {

    private final TornadoExecutionPlan plan;
    private final TornadoProfilerResult profile;

    TornadoExecutionResult(TornadoExecutionPlan plan, TornadoProfilerResult profile) {
        this.plan = plan;
        this.profile = profile;
    }

    public TornadoProfilerResult getProfilerResult() {
        return profile;
    }

    /** Copies whole arrays from the device, as its graphs, those now selected in the plan, left them. */
    public TornadoExecutionResult transferToHost(Object... objects) {
        for (Object object : objects) {
            plan.copyToHost(object);
        }
        return this;
    }

    /** Copies a part of an array from the device. */
    public TornadoExecutionResult transferToHost(DataRange dataRange) {
        plan.copyToHost(dataRange);
        return this;
    }

    /** Always true: executions end before their result exists. */
    public boolean isReady() {
        return true;
    }
}
