package io.deltarule.sdk.pack;

import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstalledSdk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is sent.
 *
 * @param program the folder that this program runs from: the launcher, .mvn/tools.sh, cli/target/deltarule.jar
 * @param sdk TornadoVM's, or none
 * @param libraries further native libraries that the machine may lack, such as OpenCL's loader
 */
public record PackContents(Path program, Optional<InstalledSdk> sdk, List<Path> libraries) {
    static final String LAUNCHER = "deltarule";
    static final String TOOLS = ".mvn/tools.sh";
    static final String JAR = "cli/target/deltarule.jar";

    /**
     * Checks that all of it is there.
     *
     * @throws InstallException naming what is not
     */
    public PackContents {
        for (String part : List.of(LAUNCHER, TOOLS, JAR)) {
            if (!Files.isRegularFile(program.resolve(part))) {
                throw new InstallException("pack: expected " + part + " in " + program
                        + " but there is none; start this command as ./deltarule pack in a checkout of the project");
            }
        }
        if (sdk.isPresent() && !Files.isRegularFile(sdk.get().folder().resolve(InstalledSdk.TEMPLATE))) {
            throw new InstallException("pack: expected " + InstalledSdk.TEMPLATE + " in "
                    + sdk.get().folder() + ", of which another machine's argument file is made, but there is none;"
                    + " ./deltarule tornado install fetches a release, which has it");
        }
        for (Path library : libraries) {
            if (!Files.isRegularFile(library)) {
                throw new InstallException("--library: expected a file but found " + library);
            }
        }
        libraries = List.copyOf(libraries);
    }
}
