/**
 * Results files: the document that a benchmark run is written as, the reader of such documents, and what is made of them,
 * on one machine or side by side: a table for spreadsheets, and one self-contained HTML page with charts drawn as SVG.
 *
 * <pre>
 *   ResultsDocument, RowDocument                      BenchResults → JSON; results.schema.json describes it
 *   ResultsFileReader → ResultsFile                   JSON of any machine → records, refused where it does not follow the schema
 *   HtmlReport, CsvReport                             ResultsFiles → page, table
 * </pre>
 *
 * <p>Only the two document classes use result; reader and pages know nothing but the files, which may come from anywhere.
 * Start reading at HtmlReport.
 */
package io.deltarule.bench.report;
