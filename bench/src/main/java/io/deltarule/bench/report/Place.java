package io.deltarule.bench.report;

/**
 * A device of one of the files, as the page calls and colours it everywhere.
 *
 * @param name the maker's, with what tells it from the page's other devices
 * @param colour place in the palette
 */
record Place(String name, int colour) {}
