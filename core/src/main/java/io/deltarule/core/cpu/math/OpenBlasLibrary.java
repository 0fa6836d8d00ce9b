package io.deltarule.core.cpu.math;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * Where OpenBLAS comes from: the org.bytedeco artifact with this platform's classifier, which JavaCPP's Loader unpacks once
 * into its cache.
 *
 * <p>On a module path that artifact is a module which nothing can require, since its name differs from platform to platform. So
 * it is not resolved unless it is asked for by {@code --add-modules}, and the Loader does not see it. It is looked for among
 * the jars of the module path then.
 */
final class OpenBlasLibrary {
    private static final Pattern OPENBLAS = Pattern.compile("(lib)?openblas.*");
    /** What OpenBLAS is linked with, each after what it needs itself. */
    private static final List<Pattern> NEEDED = Stream.of("gcc_s", "quadmath", "gfortran")
            .map(name -> Pattern.compile("lib" + name + "[-.].*"))
            .toList();

    private OpenBlasLibrary() {}

    /** The library's file, unpacked; what it is linked with is open then, and so may it be. */
    static Path locate() throws IOException {
        Optional<ModuleReference> unresolved = unresolvedModule();
        return unresolved.isPresent() ? unpacked(unresolved.get()) : besideTheGlue();
    }

    private static Path besideTheGlue() throws IOException {
        // The variant without LAPACK has the smallest glue; the glue lies beside the library in the Loader's cache.
        Path folder = Path.of(Loader.load(openblas_nolapack.class)).getParent();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            OPENBLAS.matcher(file.getFileName().toString()).matches())
                    .min((a, b) ->
                            Integer.compare(a.toString().length(), b.toString().length()))
                    .orElseThrow(() -> new IOException("no OpenBLAS library in " + folder));
        }
    }

    private static Optional<ModuleReference> unresolvedModule() {
        String modulePath = System.getProperty("jdk.module.path");
        if (modulePath == null || !OpenBlasLibrary.class.getModule().isNamed()) {
            return Optional.empty();
        }
        String name = "org.bytedeco.openblas." + Loader.getPlatform().replace('-', '.');
        if (ModuleLayer.boot().findModule(name).isPresent()) {
            return Optional.empty();
        }
        return Stream.of(modulePath.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .filter(Files::exists)
                .flatMap(entry -> ModuleFinder.of(entry).find(name).stream())
                .findFirst();
    }

    private static Path unpacked(ModuleReference module) throws IOException {
        URI jar = module.location().orElseThrow(); // found on a path, so it has one
        List<String> libraries = new ArrayList<>();
        try (ModuleReader reader = module.open()) {
            reader.list()
                    .filter(resource -> resource.startsWith("org/bytedeco/openblas/" + Loader.getPlatform() + "/"))
                    .forEach(libraries::add);
        }
        for (Pattern needed : NEEDED) {
            for (String resource : libraries) {
                if (needed.matcher(name(resource)).matches()) {
                    SymbolLookup.libraryLookup(cached(jar, resource), Arena.global());
                }
            }
        }
        String openBlas = libraries.stream()
                .filter(resource -> OPENBLAS.matcher(name(resource)).matches())
                .min((a, b) -> Integer.compare(a.length(), b.length()))
                .orElseThrow(() -> new IOException("no OpenBLAS library in " + jar));
        return cached(jar, openBlas);
    }

    private static Path cached(URI jar, String resource) throws IOException {
        File file =
                Loader.cacheResource(URI.create("jar:" + jar + "!/" + resource).toURL());
        if (file == null) {
            throw new IOException("JavaCPP's Loader could not unpack " + resource + " of " + jar);
        }
        return file.toPath();
    }

    private static String name(String resource) {
        return resource.substring(resource.lastIndexOf('/') + 1);
    }

    /** What is wrong and what to do about it, in one line. */
    static String complaint(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalCallerException) {
                return NativeAccess.complaint();
            }
        }
        return "OpenBLAS cannot be loaded (" + e + "); add the Maven artifacts org.bytedeco:openblas and "
                + "org.bytedeco:javacpp with classifier " + platform();
    }

    private static String platform() {
        try {
            return Loader.getPlatform();
        } catch (LinkageError e) {
            return "of this platform, for example linux-x86_64";
        }
    }
}
