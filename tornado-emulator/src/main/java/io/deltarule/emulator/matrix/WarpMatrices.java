package io.deltarule.emulator.matrix;

import io.deltarule.emulator.check.Checks;
import io.deltarule.emulator.check.Faults;
import io.deltarule.emulator.check.Turn;
import io.deltarule.emulator.grid.WarpWork;
import io.deltarule.emulator.grid.WorkItem;
import java.util.ArrayList;
import java.util.List;

/**
 * Matrix products of a warp, as {@code ldmatrix} and {@code mma.sync} do them. Loads and products are collective: the whole warp comes to
 * the same call, with the same tile and the same offset.
 *
 * <p>The product of two numbers of 16 bits is exact in float (but where it leaves float's range). They are added to C one after the other,
 * k = 0 … 15, each sum rounded to nearest. Devices say nothing of their order, nor of how they round: a test allows for any
 * order.
 */
public final class WarpMatrices {
    private static final int DEPTH = 16;
    /** Rows of a tile are fetched in pieces of so many bytes, and lie at multiples of it. */
    private static final int PIECE = 16;

    private WarpMatrices() {}

    /** What numbers 16 bits stand for. */
    @FunctionalInterface
    public interface Decoder {
        float of(short bits);
    }

    private record Place(int[] tile, int offset) {}

    private record Operands(short[] left, short[] right, float[] sum) {}

    /** This work-item's elements of a tile of A [16, 16] in local memory, two in each int, row after row. */
    public static short[] loadLeft(WorkItem item, int[] tile, int depth, int offset) {
        return load(item, FragmentLayout.LEFT, new Place(tile, offset), depth);
    }

    /** The same of B [16, 8]. */
    public static short[] loadRight(WorkItem item, int[] tile, int depth, int offset) {
        return load(item, FragmentLayout.RIGHT, new Place(tile, offset), depth);
    }

    private static short[] load(WorkItem item, FragmentLayout layout, Place place, int depth) {
        require(depth == DEPTH, "a tile of depth " + depth + ": TornadoVM loads as if it were 16, whatever it is told");
        require(
                place.offset() >= 0 && place.offset() % PIECE == 0,
                "a tile at byte " + place.offset() + ": it has to begin at a multiple of 16");
        item.together(WarpMatrices::onePlace, place);
        int lane = item.warpLane();
        short[] elements = new short[layout.elements];
        for (int i = 0; i < elements.length; i++) {
            int at = layout.row(lane, i) * layout.columns + layout.column(lane, i);
            int pair = Checks.load(place.tile(), place.offset() / Integer.BYTES + at / 2, Turn.site);
            elements[i] = (short) (at % 2 == 0 ? pair : pair >>> 16);
        }
        return elements;
    }

    private static List<Place> onePlace(List<Place> places) {
        Place first = places.getFirst();
        for (Place other : places) {
            require(
                    other.tile() == first.tile() && other.offset() == first.offset(),
                    "work-items of a warp load different tiles, at bytes " + first.offset() + " and " + other.offset());
        }
        return places;
    }

    /**
     * D = A B + C.
     *
     * @param left what {@link #loadLeft} gave
     * @param right what {@link #loadRight} gave
     * @param sum this work-item's elements of C
     * @param decoder what the elements of A and B are
     * @return its elements of D
     */
    public static float[] multiply(WorkItem item, short[] left, short[] right, float[] sum, Decoder decoder) {
        require(
                left.length == FragmentLayout.LEFT.elements,
                "a left operand of " + left.length + " elements, where mmaLoadA gives 8");
        require(
                right.length == FragmentLayout.RIGHT.elements,
                "a right operand of " + right.length + " elements, where mmaLoadB gives 4");
        require(
                sum.length == FragmentLayout.SUM.elements,
                "an accumulator of " + sum.length + " elements, where mmaFragment gives 4");
        WarpWork<Operands, float[]> work = warp -> product(warp, decoder);
        float[] elements = item.together(work, new Operands(left, right, sum));
        return item.accumulator(elements[0], elements[1], elements[2], elements[3]);
    }

    private static List<float[]> product(List<Operands> warp, Decoder decoder) {
        float[][] a =
                whole(FragmentLayout.LEFT, warp.stream().map(Operands::left).toList(), decoder);
        float[][] b =
                whole(FragmentLayout.RIGHT, warp.stream().map(Operands::right).toList(), decoder);
        List<float[]> results = new ArrayList<>();
        for (int lane = 0; lane < warp.size(); lane++) {
            float[] sums = warp.get(lane).sum().clone();
            for (int i = 0; i < sums.length; i++) {
                int row = FragmentLayout.SUM.row(lane, i);
                int column = FragmentLayout.SUM.column(lane, i);
                for (int k = 0; k < DEPTH; k++) {
                    sums[i] += a[row][k] * b[k][column];
                }
            }
            results.add(sums);
        }
        return results;
    }

    /** The tile that a warp's work-items hold the elements of. */
    private static float[][] whole(FragmentLayout layout, List<short[]> elements, Decoder decoder) {
        float[][] tile = new float[layout.rows][layout.columns];
        for (int lane = 0; lane < elements.size(); lane++) {
            for (int i = 0; i < layout.elements; i++) {
                tile[layout.row(lane, i)][layout.column(lane, i)] = decoder.of(elements.get(lane)[i]);
            }
        }
        return tile;
    }

    /** Where the i-th element of an accumulator goes: into rows of {@code stride} elements, the tile's corner at a row and a column. */
    public static int storeIndex(WorkItem item, int i, int row, int column, int stride) {
        int lane = item.warpLane();
        return (row + FragmentLayout.SUM.row(lane, i)) * stride + column + FragmentLayout.SUM.column(lane, i);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw Faults.here("matrix product: " + what);
        }
    }
}
