package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.blas.KernelChoice;
import io.deltarule.core.cpu.blas.KernelMemory;
import io.deltarule.core.cpu.blas.Processor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.OpenBlas;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which products the engine uses: its own or OpenBLAS's, whichever are faster on this processor, for chunks of the delta rule
 * and for layers apart. At the first use on a machine both are tried; after that the choice is known ({@link KernelMemory}).
 * The engine's own stay where OpenBLAS's are not faster by more than {@value #MARGIN} times, since sums that OpenBLAS cannot
 * make on the way cost a pass more.
 *
 * <p>{@value KernelChoice#PROPERTY} insists on either. Without OpenBLAS the engine's own are used.
 */
public final class ProductChoice {
    private static final double MARGIN = 1.1;
    private static final String OWN = "own";
    private static final String OPENBLAS = "openblas";

    /**
     * The choice for some kind of products.
     *
     * @param own whether it is the engine's own
     * @param reason for people, in a few words
     */
    private record Choice(boolean own, String reason) {}

    private static final Products TILES = new TileProducts();
    private static final Products BLAS = new BlasProducts();

    /** The choice for chunks, made when it is first asked for. */
    private static final class Chunks {
        private static final Choice CHOICE =
                choose("chunk products", ProductTrial.chunks(TILES), ProductTrial.chunks(BLAS));
    }

    /** The choice for layers, likewise. */
    private static final class Layers {
        private static final Choice CHOICE =
                choose("layer products", ProductTrial.ownLayers(), ProductTrial.layers(BLAS));
    }

    private ProductChoice() {}

    /** Why the engine cannot multiply as {@value KernelChoice#PROPERTY} says, or empty. */
    public static Optional<String> unavailable() {
        return KernelChoice.measures() || KernelChoice.wish().equalsIgnoreCase(KernelChoice.TILES)
                ? Optional.empty()
                : OpenBlas.unavailable();
    }

    /** The engine's own, whatever is chosen. */
    static Products own() {
        return TILES;
    }

    /** For chunks of the delta rule. */
    static Products chunks() {
        return Chunks.CHOICE.own ? TILES : BLAS;
    }

    /** Whether layers' projections of many tokens use the engine's own. */
    public static boolean ownForLayers() {
        return Layers.CHOICE.own;
    }

    /** The choice and why, for people. */
    public static String inWords() {
        String chunks = Chunks.CHOICE.reason;
        String layers = Layers.CHOICE.reason;
        return chunks.equals(layers)
                ? "products: " + chunks
                : "products of chunks: " + chunks + "; of layers: " + layers;
    }

    private static Choice choose(String subject, ProductTrial own, ProductTrial openBlas) {
        String wish = KernelChoice.wish();
        String says = " (as -D" + KernelChoice.PROPERTY + " says)";
        if (!KernelChoice.measures()) {
            boolean tiles = wish.equalsIgnoreCase(KernelChoice.TILES);
            return new Choice(tiles, (tiles ? "the engine's own" : "OpenBLAS") + says);
        }
        if (OpenBlas.unavailable().isPresent()) {
            return new Choice(
                    true, "the engine's own, since " + OpenBlas.unavailable().get());
        }
        String versions = (OpenBlas.library() + " Java " + Runtime.version().feature() + " " + Lanes.COUNT + " lanes")
                .replace(';', ' ');
        Processor processor = Processor.here().orElseGet(() -> new Processor(System.getProperty("os.arch"), Set.of()));
        KernelMemory memory = KernelMemory.ofUser();
        Optional<KernelMemory.Finding> known = wish.isEmpty()
                ? memory.find(processor, subject).filter(f -> f.library().equals(versions))
                : Optional.empty();
        Optional<KernelMemory.Finding> found =
                known.or(() -> ProductTrial.rates(OWN, own, OPENBLAS, openBlas).map(rates -> {
                    String best = rates.get(OPENBLAS) > MARGIN * rates.get(OWN) ? OPENBLAS : OWN;
                    return new KernelMemory.Finding(best, versions, rates);
                }));
        if (found.isEmpty()) { // not remembered: another process may have more luck
            return new Choice(false, "OpenBLAS, since Java had not compiled the engine's own in time");
        }
        KernelMemory.Finding finding = found.get();
        if (known.isEmpty()) {
            memory.remember(processor, subject, finding);
        }
        boolean tiles = finding.chosen().equals(OWN);
        return new Choice(
                tiles,
                String.format(
                        Locale.ROOT,
                        "%s (in a trial own %.0f, OpenBLAS %.0f GFLOP/s on one thread)",
                        tiles ? "the engine's own" : "OpenBLAS",
                        finding.rates().getOrDefault(OWN, 0.0) * 1e-9,
                        finding.rates().getOrDefault(OPENBLAS, 0.0) * 1e-9));
    }
}
