package io.deltarule.models.segment;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a segment has between two delta rules.
 *
 * @param position the place in the sequence of its first row: rows of the segment before are among them, see {@link SegmentedNetwork#overlap}
 * @param tokens how many rows
 * @param slots the rows of what later operations read, [tokens, width] each
 * @param carried what its operations so far carry behind its last row, in the program's order
 */
public record SegmentRows(int position, int tokens, Map<String, float[]> slots, List<float[]> carried)
        implements Serializable {
    /** The last row alone, with what is carried behind it. */
    public SegmentRows last() {
        Map<String, float[]> row = new HashMap<>();
        slots.forEach(
                (name, all) -> row.put(name, Arrays.copyOfRange(all, all.length - all.length / tokens, all.length)));
        return new SegmentRows(position + tokens - 1, 1, row, carried);
    }
}
