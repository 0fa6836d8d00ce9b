package io.deltarule.cli.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is worth saying once on a machine and a nuisance on every run. It is remembered in a file of the user's; what cannot
 * be remembered is not said at all, since it would be said every time.
 */
public final class SaidOnce {
    private static final int MOST_LINES = 100;

    private final Path file; // null where nothing is remembered

    private SaidOnce(Path file) {
        this.file = file;
    }

    /** Remembers nothing, so that nothing is said. */
    public static SaidOnce never() {
        return new SaidOnce(null);
    }

    /** Remembers in this file; it need not exist yet. */
    public static SaidOnce in(Path file) {
        return new SaidOnce(file);
    }

    /**
     * The user's own: {@code said} in {@code $XDG_STATE_HOME/deltarule}, {@code ~/.local/state/deltarule} without it, or
     * {@code %LOCALAPPDATA%\deltarule} on Windows.
     *
     * @param environment of this process
     * @param os as Java names it
     */
    public static SaidOnce ofUser(Map<String, String> environment, String os) {
        boolean windows = os.toLowerCase(Locale.ROOT).startsWith("windows");
        Optional<Path> given = folder(environment.get(windows ? "LOCALAPPDATA" : "XDG_STATE_HOME"));
        Optional<Path> state =
                given.or(() -> folder(environment.get("HOME")).map(home -> home.resolve(".local/state")));
        return new SaidOnce(
                state.map(folder -> folder.resolve("deltarule/said")).orElse(null));
    }

    private static Optional<Path> folder(String named) {
        try {
            return Optional.ofNullable(named)
                    .filter(name -> !name.isEmpty())
                    .map(Path::of)
                    .filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Whether this line was never said before; from now on it was. */
    public boolean isNew(String line) {
        if (file == null) {
            return false;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            List<String> said =
                    new ArrayList<>(Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8) : List.of());
            if (said.contains(line)) {
                return false;
            }
            said.add(line);
            OutputPath.writeWhole(
                    file, String.join("\n", said.subList(Math.max(0, said.size() - MOST_LINES), said.size())) + "\n");
            return true;
        } catch (IOException | CannotWriteException e) {
            return false;
        }
    }
}
