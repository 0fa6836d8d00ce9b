package io.deltarule.emulator.check;

import io.deltarule.emulator.grid.DeviceLimits;

/**
 * Remembers, per element, who wrote and who read it last, to find accesses that no barrier orders.
 *
 * <p>Two accesses by different work-items, one of them a write, conflict when they fall into one phase of one group, or
 * into one launch but different groups. A stamp is phase, work-item of the group, two flags and a place:
 *
 * <pre>  phase:30 | lane:12 | several lanes read in this phase:1 | other groups read in this launch:1 | site:20 </pre>
 */
final class RaceLog {

    private static final int PAGE = 1 << 10;
    private static final int SITE_BITS = 20;

    /** How many places a stamp can tell apart. */
    static final int SITES = 1 << SITE_BITS;

    private static final long SITE_MASK = SITES - 1;
    private static final long OTHER_GROUPS = 1L << SITE_BITS;
    private static final long OTHER_LANES = 1L << (SITE_BITS + 1);
    private static final int LANE_SHIFT = SITE_BITS + 2;
    private static final int LANE_BITS = DeviceLimits.WORK_ITEM_BITS;

    /** How many work-items of a group a stamp can tell apart. */
    private static final int LANES = 1 << LANE_BITS;

    private static final int PHASE_SHIFT = LANE_SHIFT + LANE_BITS;

    /** Pages of a write stamp and a read stamp for each element, made when first touched. */
    private final long[][] pages;

    private final Turn.Clock clock;

    RaceLog(int elements, Turn.Clock clock) {
        pages = new long[Math.ceilDiv(elements, PAGE)][];
        this.clock = clock;
    }

    /**
     * Whether a read by this work-item would tell nothing new: in this phase it was read by it before, or by several. Had
     * there been a write since, or one that conflicts before, it had been reported then.
     */
    boolean knowsRead(int index, int lane) {
        long[] page = pages[index / PAGE];
        if (page == null) {
            return false;
        }
        long read = page[2 * (index % PAGE) + 1];
        return read >>> PHASE_SHIFT == clock.now && (laneOf(read) == lane || (read & OTHER_LANES) != 0);
    }

    /** Notes a read; returns the stamp of a write that conflicts with it, or 0. */
    long read(int index, int lane, int site) {
        long[] page = page(index);
        int slot = 2 * (index % PAGE);
        long write = page[slot];
        long conflict = unordered(write, lane) ? write : 0;
        long read = page[slot + 1];
        long phase = read >>> PHASE_SHIFT;
        if (phase == clock.now) {
            if (laneOf(read) != lane) {
                page[slot + 1] = read | OTHER_LANES;
            }
        } else {
            long flags = 0;
            if (phase >= clock.groupStart) {
                flags = read & OTHER_GROUPS;
            } else if (phase >= clock.launchStart) {
                flags = OTHER_GROUPS;
            }
            page[slot + 1] = stamp(lane, site) | flags;
        }
        return conflict;
    }

    /** Notes a write; returns the stamp of an access that conflicts with it, or 0. */
    long write(int index, int lane, int site) {
        long[] page = page(index);
        int slot = 2 * (index % PAGE);
        long write = page[slot];
        long read = page[slot + 1];
        page[slot] = stamp(lane, site);
        if (unordered(write, lane)) {
            return write;
        }
        return unordered(read, lane) || readByOthers(read) ? read : 0;
    }

    /** Whether the element was written since the running group began. */
    boolean writtenByGroup(int index) {
        long[] page = pages[index / PAGE];
        return page != null && page[2 * (index % PAGE)] >>> PHASE_SHIFT >= clock.groupStart;
    }

    static int siteOf(long stamp) {
        return (int) (stamp & SITE_MASK);
    }

    static int laneOf(long stamp) {
        return (int) (stamp >>> LANE_SHIFT) & (LANES - 1);
    }

    /** Whether a stamp comes from another group than the running one. */
    boolean fromOtherGroup(long stamp) {
        return stamp >>> PHASE_SHIFT < clock.groupStart || (stamp & OTHER_GROUPS) != 0;
    }

    private boolean unordered(long stamp, int lane) {
        long phase = stamp >>> PHASE_SHIFT;
        return phase == clock.now ? laneOf(stamp) != lane : phase >= clock.launchStart && phase < clock.groupStart;
    }

    private boolean readByOthers(long read) {
        long phase = read >>> PHASE_SHIFT;
        return (phase == clock.now && (read & OTHER_LANES) != 0)
                || (phase >= clock.launchStart && (read & OTHER_GROUPS) != 0);
    }

    private long stamp(int lane, int site) {
        return clock.now << PHASE_SHIFT | (long) lane << LANE_SHIFT | site;
    }

    private long[] page(int index) {
        long[] page = pages[index / PAGE];
        if (page == null) {
            page = new long[2 * PAGE];
            pages[index / PAGE] = page;
        }
        return page;
    }
}
