package io.deltarule.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java is compiled and run as it stands. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path scratch;

    @Test
    void theJavaExampleRuns() throws Exception {
        Matcher example = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("README.md")));
        assertTrue(example.find(), "README.md holds a Java example");
        String source = """
                import io.deltarule.core.*;
                public class Readme {
                    public static void run(int T, int H, int HV, int K, int V, float[] queries, float[] keys,
                            float[] values, float[] logDecays, float[] strengths) {
                        %s
                    }
                }
                """.formatted(example.group(1));
        compile(source);
        float[] queries = new float[9 * 2 * 8];
        float[] values = new float[9 * 4 * 6];
        float[] gates = new float[9 * 4];
        String printed = capture(() -> {
            try (URLClassLoader loader =
                    new URLClassLoader(new URL[] {scratch.toUri().toURL()})) {
                loader.loadClass("Readme")
                        .getMethods()[0]
                        .invoke(null, 9, 2, 4, 8, 6, queries, queries, values, gates, gates);
            }
        });
        assertEquals("read-out [1, 9, 4, 6], state [1, 4, 8, 6]", printed.strip());
    }

    /** Every file that the README links to is there. */
    @Test
    void itsLinksLeadSomewhere() throws Exception {
        Matcher link = Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(ROOT.resolve("README.md")));
        int links = 0;
        while (link.find()) {
            assertTrue(Files.exists(ROOT.resolve(link.group(1))), link.group(1));
            links++;
        }
        assertTrue(links > 5);
    }

    private void compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Readme.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        StringWriter complaints = new StringWriter();
        List<String> options = List.of("-d", scratch.toString(), "-classpath", System.getProperty("java.class.path"));
        boolean compiled = compiler.getTask(complaints, null, null, options, null, List.of(file))
                .call();
        assertTrue(compiled, complaints::toString);
    }

    private interface Body {
        void run() throws Exception;
    }

    private static String capture(Body body) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            body.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
