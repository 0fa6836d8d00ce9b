package io.deltarule.core.cpu.blas;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Opens OpenBLAS with the kernels that are the fastest on this processor. At the first use on a machine the sets that the
 * processor's instructions allow are tried, each in a copy of the library that is opened beside the others; after that the
 * choice is known ({@link KernelMemory}). OpenBLAS's own choice stays where no other is faster by more than {@value #MARGIN}
 * times, so that small differences do not change a machine's last bits from one trial to the next.
 *
 * <p>Only Linux on x86-64 is measured; elsewhere OpenBLAS chooses.
 */
public final class KernelChoice {
    /**
     * System property: {@value #TILES} for the engine's own products without OpenBLAS, a kernel set's name, {@value #OWN} for
     * OpenBLAS with its own choice, or {@value #MEASURE} for a new trial of all.
     */
    public static final String PROPERTY = "deltarule.cpu.kernels";

    /** OpenBLAS's environment variable for the same; where it is set, it decides. */
    public static final String VARIABLE = "OPENBLAS_CORETYPE";

    /** The wish for products without OpenBLAS. */
    public static final String TILES = "own";

    private static final String OWN = "openblas";
    private static final String MEASURE = "measure";
    private static final double MARGIN = 1.05;
    private static final int ROUNDS = 4;

    private KernelChoice() {}

    /** Finds the library's file; where JavaCPP does, it opens it too. */
    @FunctionalInterface
    public interface Locator {
        Path locate() throws IOException;
    }

    /**
     * The library, and why it has these kernels.
     *
     * @param library opened for good
     * @param reason for people, in a few words
     */
    public record Opened(BlasLibrary library, String reason) {}

    /** What {@value #PROPERTY} says, empty for nothing. */
    public static String wish() {
        return System.getProperty(PROPERTY, "").strip();
    }

    /** Whether the choice is left to measurement, remembered or new. */
    public static boolean measures() {
        return wish().isEmpty() || wish().equalsIgnoreCase(MEASURE);
    }

    /**
     * Opens the library.
     *
     * @throws InvalidInputException if {@value #PROPERTY} names no set that this processor can run
     * @throws Throwable if the library cannot be opened
     */
    public static Opened open(Locator locator) throws Throwable {
        String wish = wish();
        String variable =
                System.getenv(VARIABLE); // read first: Java copies the environment once, for itself and its children
        Optional<Processor> processor = Processor.here();
        List<KernelSet> possible =
                processor.map(here -> KernelSet.possible(here.instructions())).orElse(List.of());
        if (wish.isEmpty() && variable != null) {
            return new Opened(open(locator.locate()), "as the environment variable " + VARIABLE + " says");
        }
        if (wish.equalsIgnoreCase(OWN) || (possible.isEmpty() && wish.isEmpty())) {
            return new Opened(open(locator.locate()), "OpenBLAS's own choice");
        }
        boolean measure = wish.isEmpty() || wish.equalsIgnoreCase(MEASURE);
        if (!measure || processor.isEmpty()) {
            KernelSet set = KernelSet.named(wish)
                    .filter(possible::contains)
                    .orElseThrow(() -> new InvalidInputException("-D" + PROPERTY + ": expected " + TILES + ", " + OWN
                            + ", " + MEASURE
                            + possible.stream().map(s -> " or " + s.id()).collect(Collectors.joining()) + " but found '"
                            + wish + "'"));
            return new Opened(with(set.id(), locator), "as -D" + PROPERTY + " says");
        }
        KernelMemory memory = KernelMemory.ofUser();
        Optional<KernelMemory.Finding> known = wish.isEmpty() ? memory.find(processor.get()) : Optional.empty();
        if (known.isPresent() && KernelSet.named(known.get().chosen()).isPresent()) {
            BlasLibrary library = with(known.get().chosen(), locator);
            if (fits(library, known.get())) {
                return new Opened(library, reason(known.get()));
            }
            return trial(library, possible, locator.locate(), processor.get(), memory);
        }
        Path file = locator.locate();
        BlasLibrary own = open(file);
        if (known.isPresent() && fits(own, known.get())) {
            return new Opened(own, reason(known.get()));
        }
        return trial(own, possible, file, processor.get(), memory);
    }

    private static boolean fits(BlasLibrary library, KernelMemory.Finding finding) {
        return library.kernels().equalsIgnoreCase(finding.chosen())
                && version(library).equals(finding.library());
    }

    private static String version(BlasLibrary library) {
        String[] words = library.config().split(" ", -1);
        return words.length > 1 ? words[0] + " " + words[1] : library.config();
    }

    /** Tries the library as it was opened, and the other sets in copies. */
    private static Opened trial(
            BlasLibrary opened, List<KernelSet> sets, Path file, Processor processor, KernelMemory memory)
            throws Throwable {
        List<BlasLibrary> candidates = new ArrayList<>(List.of(opened));
        for (KernelSet set : sets) {
            BlasLibrary library = set.id().equalsIgnoreCase(opened.kernels()) ? null : copy(file, set);
            if (library != null) {
                candidates.add(library);
            }
        }
        // in turn, the best of each: whatever else runs on the machine meets all of them
        Map<String, Double> rates = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (BlasLibrary library : candidates) {
                rates.merge(library.kernels(), KernelTrial.rate(library), Math::max);
            }
        }
        BlasLibrary best = opened;
        for (BlasLibrary library : candidates) {
            if (rates.get(library.kernels()) > MARGIN * rates.get(best.kernels())) {
                best = library;
            }
        }
        KernelMemory.Finding finding = new KernelMemory.Finding(best.kernels(), version(best), rates);
        memory.remember(processor, finding);
        return new Opened(best, reason(finding));
    }

    /** A second library in this process, with kernels of its own; null where there is no room for it or it took others. */
    private static BlasLibrary copy(Path file, KernelSet set) {
        Path copy = null;
        try {
            copy = Files.createTempFile("deltarule-openblas", ".so");
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            Path opened = copy;
            BlasLibrary library = NativeEnvironment.with(VARIABLE, set.id(), () -> open(opened));
            return library.kernels().equalsIgnoreCase(set.id()) ? library : null;
        } catch (Throwable e) { // one candidate less
            return null;
        } finally {
            delete(copy);
        }
    }

    /** An open library needs its file's name no more. */
    private static void delete(Path copy) {
        if (copy != null) {
            try {
                Files.deleteIfExists(copy);
            } catch (IOException e) {
                copy.toFile().deleteOnExit();
            }
        }
    }

    private static BlasLibrary with(String set, Locator locator) throws Throwable {
        return NativeEnvironment.with(VARIABLE, set, () -> open(locator.locate()));
    }

    private static BlasLibrary open(Path file) throws Throwable {
        return BlasLibrary.open(file, Arena.global());
    }

    private static String reason(KernelMemory.Finding finding) {
        return "fastest in a trial: "
                + finding.rates().entrySet().stream()
                        .map(e -> e.getKey() + String.format(Locale.ROOT, " %.0f", e.getValue() * 1e-9))
                        .collect(Collectors.joining(", "))
                + " GFLOP/s on one thread";
    }
}
