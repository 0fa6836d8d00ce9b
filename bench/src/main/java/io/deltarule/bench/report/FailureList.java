package io.deltarule.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What was not timed: what gave wrong numbers or broke, and what an engine refused beforehand.
 *
 * @param faulty what should not have happened
 * @param refused what an engine does not do, or there was no room for
 */
record FailureList(List<Map<String, String>> faulty, List<Map<String, String>> refused) {
    static FailureList of(List<ResultsFile> files, Places places, List<LocatedRow> rows) {
        FailureList all = new FailureList(new ArrayList<>(), new ArrayList<>());
        for (LocatedRow placed : rows) {
            ResultsFile.Row r = placed.row();
            all.add(
                    r.status(),
                    placed.place().name() + ", " + r.name() + " (" + r.variant() + ", " + r.form() + ", "
                            + AmountText.shape(r) + ")",
                    r.problem());
        }
        for (ResultsFile file : files) {
            String label = files.size() == 1 ? "" : file.label() + ": ";
            for (ResultsFile.Device d : file.devices()) {
                if (d.ceilingStatus() != null) {
                    all.add(d.ceilingStatus(), label + d.where() + ", ceilings", d.problem());
                }
            }
            for (ResultsFile.Transfer t : file.transfers()) {
                all.add(
                        t.status(),
                        places.of(file, t.engine(), t.device()).name() + ", transfer of " + AmountText.bytes(t.bytes()),
                        t.problem());
            }
            if (file.model() != null) {
                file.model().programs().stream()
                        .filter(program -> program.prefill() == null)
                        .forEach(program -> all.add(
                                "wrong",
                                label + program.name() + " on " + file.model().file(),
                                "logits differ from float64 by " + program.error() + " of their RMS value"));
            }
            file.wrongModels().forEach(text -> all.add("wrong", label + "model", text));
        }
        return all;
    }

    private void add(String status, String what, String problem) {
        if (!status.equals("ok")) {
            (status.equals("refused") ? refused : faulty)
                    .add(Map.of("status", status, "what", what, "problem", problem == null ? "" : problem));
        }
    }
}
