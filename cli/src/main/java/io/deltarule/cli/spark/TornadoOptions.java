package io.deltarule.cli.spark;

import java.io.IOException;
import java.io.Reader;
import java.io.StreamTokenizer;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a JVM starts with to reach TornadoVM.
 *
 * @param words options of java's, none where there is no SDK or the engine is another
 */
record TornadoOptions(List<String> words) {
    /** System property: the argument file that java starts inside the SDK with. {@code ./deltarule} sets it where Spark's JVMs need it. */
    static final String PROPERTY = "io.deltarule.tornado.argfile";

    private static final String TORNADO = "tornado";
    private static final String COLLECTOR = "-XX:\\+Use\\w+GC";

    /** Those of the SDK that {@code ./deltarule} has found. */
    static TornadoOptions forEngine(String engine) {
        String file = System.getProperty(PROPERTY, "");
        return engine.equals(TORNADO) && !file.isEmpty() ? read(Path.of(file)) : new TornadoOptions(List.of());
    }

    /** The words of an argument file, one by one: on other machines that compute there is the SDK, but not this file. */
    static TornadoOptions read(Path file) {
        List<String> words = new ArrayList<>();
        try (Reader in = Files.newBufferedReader(file)) {
            StreamTokenizer tokens = new StreamTokenizer(in);
            tokens.resetSyntax();
            tokens.wordChars('!', 0xFF);
            tokens.whitespaceChars(0, ' ');
            tokens.commentChar('#');
            tokens.quoteChar('"');
            tokens.quoteChar('\'');
            while (tokens.nextToken() != StreamTokenizer.TT_EOF) {
                words.add(tokens.sval);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        words.add("-Dtornado.recover.bailout=False"); // else a kernel that fails would run again as sequential Java
        return new TornadoOptions(List.copyOf(words));
    }

    /**
     * As a setting of Spark holds them beside a user's own.
     *
     * @param own the user's: where they have TornadoVM's options these are taken, and a collector in place of the SDK's
     */
    String beside(String own) {
        if (own.contains(TORNADO)) {
            return "";
        }
        boolean collector = own.matches("(?s).*" + COLLECTOR + ".*");
        return words.stream()
                .filter(word -> !collector || !word.matches(COLLECTOR))
                .map(word -> " " + quoted(word))
                .collect(Collectors.joining());
    }

    private static String quoted(String word) {
        return word.matches("[^\\s\"'\\\\]+")
                ? word
                : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
