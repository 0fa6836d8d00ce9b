package io.deltarule.core.engine;

import java.util.Map;

/** An engine that tells what it computes with, so that results of two days or machines can be compared. */
public interface Versioned {
    /** Names of libraries and of what they chose, each with its version or value, most important first. */
    Map<String, String> versions();
}
