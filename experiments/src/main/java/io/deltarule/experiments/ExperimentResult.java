package io.deltarule.experiments;

import java.util.List;

/**
 * What an experiment found.
 *
 * @param setUp what it was run with, beside the published set-up
 * @param remarks what a reader has to know to take the numbers for what they are; may be empty
 * @param panels in reading order
 */
public record ExperimentResult(String setUp, List<String> remarks, List<ResultPanel> panels) {
    public ExperimentResult {
        remarks = List.copyOf(remarks);
        panels = List.copyOf(panels);
    }
}
