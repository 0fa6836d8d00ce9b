package io.deltarule.spark.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;

/**
 * What a job tells whoever started it: lines of JSON that begin with {@value #MARK}, one for each event.
 *
 * <pre>
 *   {"deltarule":"progress","rows":…,"of":…,"rejected":…,"tokens":…}
 *   {"deltarule":"progress","step":…}
 *   {"deltarule":"done", …summary}
 *   {"deltarule":"failed","kind":"input|machine|defect","message":…}
 * </pre>
 *
 * @param out where to
 */
record JobReport(PrintStream out) {
    static final String MARK = "{\"deltarule\":";

    /**
     * How a job ended.
     *
     * @param rows of all files that could be read, those of earlier runs included
     * @param computed of these by this run
     * @param rejected rows in files of their own
     * @param unreadable input files that could not be read
     * @param tokens read by this run
     * @param seconds that this run took
     */
    record Summary(long rows, long computed, long rejected, List<String> unreadable, long tokens, double seconds) {
        ObjectNode json() {
            ObjectNode node = JobConfig.JSON
                    .createObjectNode()
                    .put("rows", rows)
                    .put("computed", computed)
                    .put("rejected", rejected);
            unreadable.forEach(node.putArray("unreadable")::add);
            return node.put("tokens", tokens).put("seconds", seconds);
        }
    }

    void progress(long rows, long of, long rejected, long tokens) {
        say(event("progress")
                .put("rows", rows)
                .put("of", of)
                .put("rejected", rejected)
                .put("tokens", tokens));
    }

    void progress(String step) {
        say(event("progress").put("step", step));
    }

    void done(ObjectNode summary) {
        ObjectNode event = event("done");
        event.setAll(summary);
        say(event);
    }

    void failed(JobFailure failure) {
        say(event("failed").put("kind", failure.kind()).put("message", failure.message()));
    }

    private static ObjectNode event(String name) {
        return JobConfig.JSON.createObjectNode().put("deltarule", name);
    }

    private void say(ObjectNode event) {
        synchronized (out) {
            out.println(event);
            out.flush();
        }
    }
}
