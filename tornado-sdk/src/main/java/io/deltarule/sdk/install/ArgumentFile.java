package io.deltarule.sdk.install;

import io.deltarule.sdk.InstalledSdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * java's argument file of an SDK. A release carries only a template of it, with a place for the folder it lies in.
 * The module path in there begins with ".", which would load modules from whatever folder the user is in; it is left out.
 */
final class ArgumentFile {
    private static final String PLACE = "${TORNADOVM_HOME}";

    private ArgumentFile() {}

    /**
     * Writes the file from the template in the same folder.
     *
     * @param sdk the folder as it lies now
     * @param home the folder as it will be called
     */
    static void write(Path sdk, Path home) throws IOException {
        Path template = sdk.resolve(InstalledSdk.TEMPLATE);
        if (Files.exists(template)) {
            Files.writeString(sdk.resolve(InstalledSdk.ARGFILE), expand(Files.readString(template), home.toString()));
        }
    }

    static String expand(String template, String home) {
        return template.lines().map(line -> expandLine(line, home)).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String expandLine(String line, String home) {
        if (line.startsWith("#") || !line.contains(PLACE)) {
            return line;
        }
        StringBuilder expanded = new StringBuilder();
        for (String word :
                line.replaceFirst("^(--module-path[ =])\\.[:;]", "$1").split(" ", -1)) {
            expanded.append(expanded.isEmpty() ? "" : " ")
                    .append(word.contains(PLACE) ? quoted(word.replace(PLACE, home)) : word);
        }
        return expanded.toString();
    }

    /** java ends a word at white space and a line's meaning at #, and within quotes takes a backslash as an escape. */
    private static String quoted(String word) {
        return word.matches("[^\\s#'\"]*")
                ? word
                : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
