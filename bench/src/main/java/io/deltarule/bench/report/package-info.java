/**
 * Pages made of results files, on one machine or side by side: one self-contained HTML file with charts drawn as SVG.
 *
 * <p>Everything here works on the documents that {@code bench --json} writes and knows nothing of how they were measured.
 */
package io.deltarule.bench.report;
