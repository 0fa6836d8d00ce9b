package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.deltarule.bench.report.HtmlReport;
import java.util.Set;

/** The schema of {@code bench}'s results. */
final class ResultsSchema {
    private ResultsSchema() {}

    /** The document, which must be as the schema says. */
    static JsonNode valid(JsonNode document) {
        assertEquals(
                Set.of(),
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(HtmlReport.class.getResourceAsStream(
                                "/io/deltarule/bench/document/results.schema.json"))
                        .validate(document));
        return document;
    }
}
