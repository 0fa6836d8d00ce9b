package io.deltarule.experiments.retrieval;

/**
 * One setting of the experiment: what is stored, under which keys, and how noisy the cues are that ask for it.
 *
 * @param keys where write keys come from
 * @param power p of {@link KeySource#CONCENTRATED}, else ignored
 * @param stored associations written, N
 * @param noise length of the noise in a cue, relative to the tag
 */
record RetrievalSetting(KeySource keys, double power, int stored, double noise) {}
