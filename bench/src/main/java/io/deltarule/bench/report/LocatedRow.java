package io.deltarule.bench.report;

/**
 * A configuration and where it ran.
 *
 * @param where machine, engine and device, as short as still tells this row from the report's others
 * @param device what it ran on; null if the file does not list it
 * @param row the configuration
 */
record LocatedRow(String where, ResultsFile.Device device, ResultsFile.Row row) {}
