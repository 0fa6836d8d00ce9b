package io.deltarule.experiments.retrieval;

/**
 * How well one way of reading did, over all trials.
 *
 * @param accuracy share of cues for which the stored payload nearest to what was read, by cosine, is the right one; mean
 *     over trials
 * @param deviation standard deviation of a trial's accuracy
 * @param cosine mean cosine of what was read to the right payload: how clean it is without a decoder
 * @param strength the write strength β
 * @param gate γ of the mix γ x + (1 − γ) o: 0 is the linear read, 1 the selective one
 * @param keys where write keys came from
 */
record ReadScore(double accuracy, double deviation, double cosine, double strength, double gate, KeySource keys) {
    /** The more accurate of two, the cleaner where both are as accurate. */
    ReadScore better(ReadScore other) {
        boolean taken =
                other != null && (other.accuracy > accuracy || (other.accuracy == accuracy && other.cosine > cosine));
        return taken ? other : this;
    }
}
