package io.deltarule.core.engine;

import java.nio.file.Path;

/** Where this library remembers from process to process what it measured. */
public final class UserCache {
    private UserCache() {}

    /** A file of the user's: in $XDG_CACHE_HOME/deltarule, or ~/.cache/deltarule. */
    public static Path file(String name) {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path folder = cache != null && Path.of(cache).isAbsolute()
                ? Path.of(cache)
                : Path.of(System.getProperty("user.home"), ".cache");
        return folder.resolve("deltarule").resolve(name);
    }
}
