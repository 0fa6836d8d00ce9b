package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

/**
 * The statements of a Java block in a document.
 *
 * @param statements as they stand there
 * @param scratch a folder for classes
 * @param imports packages whose classes they name without saying so
 */
public record JavaExample(String statements, Path scratch, List<String> imports) {
    /** The block of that number, from 0; classes are written to the scratch folder. */
    public static JavaExample of(Path document, int index, Path scratch, String... imports) {
        try {
            Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(document));
            for (int i = 0; i <= index; i++) {
                assertTrue(block.find(), document + " holds Java example " + index);
            }
            return new JavaExample(block.group(1), Files.createDirectories(scratch), List.of(imports));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * Compiles and runs it.
     *
     * @param parameters what it takes as given, for example {@code int T, float[] keys}
     * @return what it prints
     */
    public String run(String parameters, Object... arguments) throws Exception {
        compile("""
                %s
                public class Example {
                    public static void run(%s) {
                        %s
                    }
                }
                """.formatted(
                String.join(
                        "\n",
                        imports.stream().map(name -> "import " + name + ".*;").toList()),
                parameters,
                statements));
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {scratch.toUri().toURL()})) {
            loader.loadClass("Example").getMethods()[0].invoke(null, arguments);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
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
}
