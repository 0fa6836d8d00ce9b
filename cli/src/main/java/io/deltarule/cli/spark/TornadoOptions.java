package io.deltarule.cli.spark;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.StreamTokenizer;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a JVM starts with to reach TornadoVM.
 *
 * @param words options of java's, none where there is no SDK or the engine is another
 */
record TornadoOptions(List<String> words) {
    /** System property: the argument file that java starts inside the SDK with. {@code ./deltarule} sets it where Spark's JVMs need it. */
    static final String PROPERTY = "io.deltarule.tornado.argfile";

    private static final String TORNADO = "tornado";
    private static final String MODULE_PATH = "--module-path";
    private static final String OF_SPARK = ".*/(log4j|commons-lang3)-[^/]*";
    private static final String COLLECTOR = "-XX:\\+Use\\w+GC";

    /** Those of the SDK that {@code ./deltarule} has found. */
    static TornadoOptions forEngine(String engine) {
        String file = System.getProperty(PROPERTY, "");
        return engine.equals(TORNADO) && !file.isEmpty() ? read(Path.of(file)) : new TornadoOptions(List.of());
    }

    /**
     * The words of an argument file, one by one: on other machines that compute there is the SDK, but not this file. Its folder of modules
     * is given as what lies in it, without what Spark brings in versions of its own: as modules these would come before Spark's.
     */
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
                boolean modules = !words.isEmpty() && words.getLast().equals(MODULE_PATH);
                words.add(modules ? modules(tokens.sval) : tokens.sval);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        words.add("-Dtornado.recover.bailout=False"); // else a kernel that fails would run again as sequential Java
        return new TornadoOptions(List.copyOf(words));
    }

    private static String modules(String path) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : path.split(File.pathSeparator, -1)) {
            try (Stream<Path> files = Files.list(Path.of(entry))) {
                files.map(Path::toString)
                        .filter(file -> file.endsWith(".jar") && !file.matches(OF_SPARK))
                        .sorted()
                        .forEach(entries::add);
            }
        }
        return String.join(File.pathSeparator, entries);
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

    /**
     * What JVMs that compute have on their own class path, after Spark's jars: TornadoVM reads kernels there, and nowhere else.
     *
     * @param jars of this project, the module for Spark first, which Spark loads
     * @return empty where there is no TornadoVM
     */
    String classPath(List<Path> jars) {
        return words.isEmpty()
                ? ""
                : jars.stream().skip(1).map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static String quoted(String word) {
        return word.matches("[^\\s\"'\\\\]+")
                ? word
                : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
