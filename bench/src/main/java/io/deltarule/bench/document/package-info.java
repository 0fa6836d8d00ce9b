/**
 * The document that a benchmark run is written as: what was found, as JSON that results.schema.json describes. Uses result. Start
 * reading at ResultsDocument.
 */
package io.deltarule.bench.document;
