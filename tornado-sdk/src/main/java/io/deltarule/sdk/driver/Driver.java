package io.deltarule.sdk.driver;

import java.util.List;
import java.util.Optional;

/**
 * What this system has of one vendor interface that TornadoVM's backends need.
 *
 * @param name the interface
 * @param found what was seen, in words
 * @param devices what it reaches, as it names them
 * @param cure what to install where it reaches nothing
 */
public record Driver(String name, String found, List<String> devices, Optional<String> cure) {
    public static Driver usable(String name, String found, List<String> devices) {
        return new Driver(name, found, devices, Optional.empty());
    }

    public static Driver missing(String name, String found, String cure) {
        return new Driver(name, found, List.of(), Optional.of(cure));
    }

    /** Whether a backend could run through it. */
    public boolean isUsable() {
        return cure.isEmpty();
    }
}
