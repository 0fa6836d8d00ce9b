package io.deltarule.experiments.retrieval;

/**
 * What is stored and asked for.
 *
 * @param keys where write keys come from
 * @param power p of {@link KeySource#CONCENTRATED}, else ignored
 * @param stored associations written, N
 * @param noise length of the noise in a cue, relative to the tag
 */
public record RetrievalSetting(KeySource keys, double power, int stored, double noise) {}
