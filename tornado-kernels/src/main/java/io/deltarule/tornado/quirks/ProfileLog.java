package io.deltarule.tornado.quirks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The energy in what TornadoVM's profiler writes; it tells power only there, not through its getters. */
public final class ProfileLog {
    /** One task of one execution: a name and an object without objects in it. */
    private static final Pattern TASK = Pattern.compile("\"[^\"]*\": \\{([^{}]*)\\}");

    private static final Pattern POWER = Pattern.compile("\"POWER_USAGE_mW\": \"([0-9]{1,9})\"");
    private static final Pattern TIME = Pattern.compile("\"TASK_KERNEL_TIME\": \"([0-9]{1,18})\"");

    private ProfileLog() {}

    /**
     * Joules of the last execution: each task's power, read when it was launched, times its kernel's time.
     *
     * @param log of all executions so far
     * @return NaN if any task comes without its power, or there is none
     */
    public static double joules(String log) {
        // Each execution's object begins in the first column, and the one in it is indented once.
        String last = log.substring(Math.max(0, log.lastIndexOf("{\n    \"")));
        Matcher tasks = TASK.matcher(last);
        double joules = 0;
        boolean any = false;
        while (tasks.find()) {
            Matcher power = POWER.matcher(tasks.group(1));
            Matcher time = TIME.matcher(tasks.group(1));
            if (!power.find() || !time.find()) {
                return Double.NaN;
            }
            any = true;
            joules += Long.parseLong(power.group(1)) / 1e3 * (Long.parseLong(time.group(1)) / 1e9);
        }
        return any ? joules : Double.NaN;
    }
}
