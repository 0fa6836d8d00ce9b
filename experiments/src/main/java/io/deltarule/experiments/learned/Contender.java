package io.deltarule.experiments.learned;

/**
 * A model that takes part.
 *
 * @param name for people
 * @param colour place in the palette
 * @param config its whole config.json
 */
record Contender(String name, int colour, String config) {}
