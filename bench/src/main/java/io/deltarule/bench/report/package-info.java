/**
 * Results files: the reader of what package document writes, and what is made of them,
 * on one machine or side by side: a table for spreadsheets, a picture, and one self-contained HTML page. Charts are module
 * charts'.
 *
 * <pre>
 *   ResultsFileReader → ResultsFile                   JSON of any machine → records, refused where it does not follow the schema
 *   ResultsSet                                        ResultsFiles, their devices by name and colour, their rows
 *   HtmlReport, CsvReport, SpeedFigure                a ResultsSet → page, table, picture
 * </pre>
 *
 * <p>Nothing here knows anything but the files, which may come from anywhere.
 * Start reading at HtmlReport.
 */
package io.deltarule.bench.report;
