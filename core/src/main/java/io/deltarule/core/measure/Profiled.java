package io.deltarule.core.measure;

/**
 * What a plan implements that can say where its time goes. Measuring is off until it is switched on: a measured run waits
 * for the end of each of its steps, so the clock on the wall is only worth reading where it is off.
 */
public interface Profiled {
    /** Switches measuring of later runs on or off; between runs, by the thread that runs the plan. */
    void profile(boolean on);

    /**
     * Where the last run's time went.
     *
     * @return zeros where measuring was off
     */
    RunTimes lastRun();
}
