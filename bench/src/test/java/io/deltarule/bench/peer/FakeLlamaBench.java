package io.deltarule.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A program that stands for llama-bench: it says what a test wants it to say. */
public final class FakeLlamaBench {
    private FakeLlamaBench() {}

    /** One that runs a POSIX shell script. */
    public static Path running(Path folder, String script) throws IOException {
        Path program = Files.writeString(folder.resolve("llama-bench"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    /** One that reads 512 tokens in a second or two, and makes 64 in four, whatever the model. */
    public static Path saying(Path folder, int prompt, int fresh) throws IOException {
        return running(
                folder,
                "echo \"$@\" >> '" + folder.resolve("arguments") + "'\ncat << END\n" + json(prompt, fresh) + "\nEND");
    }

    static String json(int prompt, int fresh) {
        return "[" + test(prompt, 0, "1000000000, 2000000000") + ",\n" + test(0, fresh, "4000000000, 4000000000") + "]";
    }

    private static String test(int prompt, int fresh, String nanos) {
        return "{\"build_commit\": \"abc1234\", \"build_number\": 77, \"backends\": \"CPU\", \"n_prompt\": " + prompt
                + ", \"n_gen\": " + fresh + ", \"avg_ns\": 1, \"samples_ns\": [ " + nanos + " ]}";
    }
}
