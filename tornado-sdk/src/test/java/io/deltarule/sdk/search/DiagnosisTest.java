package io.deltarule.sdk.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.sdk.Backend;
import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.driver.Driver;
import io.deltarule.sdk.driver.Drivers;
import io.deltarule.sdk.driver.OpenClProbe;
import io.deltarule.sdk.install.SdkStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is advised on systems of all kinds. */
class DiagnosisTest {
    private static final Driver NONE = Driver.missing("x", "nothing", "get it");
    private static final Driver OPENCL_GPU = Driver.usable("OpenCL", "loader", List.of("Some card (gpu)"));
    private static final Driver OPENCL_CPU = Driver.usable("OpenCL", "loader", List.of("Some processor"));
    private static final Driver SOME = Driver.usable("x", "there", List.of());

    @TempDir
    Path folder;

    private static Drivers drivers(Driver openCl, Driver nvidia, Driver compiler, Driver levelZero) {
        return new Drivers(openCl, nvidia, compiler, levelZero);
    }

    private static SdkSearch found(String version, boolean running, String... backends) {
        return new SdkSearch(
                Optional.of(new InstalledSdk(Path.of("sdk"), version, List.of(backends))), "SDKMAN", running);
    }

    private static String hints(SdkSearch search, Drivers drivers, String launcher) {
        return String.join("\n", Diagnosis.hints(search, drivers, launcher, Optional.empty()));
    }

    @Test
    void theBackendFollowsTheDrivers() {
        assertEquals(
                Backend.CUDA, drivers(OPENCL_GPU, SOME, SOME, NONE).choose().backend());
        assertEquals(
                Backend.OPENCL, drivers(OPENCL_GPU, SOME, NONE, NONE).choose().backend());
        assertEquals(Backend.PTX, drivers(OPENCL_CPU, SOME, NONE, NONE).choose().backend());
        assertEquals(Backend.PTX, drivers(NONE, SOME, NONE, NONE).choose().backend());
        assertEquals(
                Backend.OPENCL, drivers(OPENCL_CPU, NONE, SOME, SOME).choose().backend());
        assertEquals(Backend.SPIRV, drivers(NONE, NONE, NONE, SOME).choose().backend());
        assertEquals(Backend.OPENCL, drivers(NONE, NONE, NONE, NONE).choose().backend());
    }

    @Test
    void everyBackendKnowsWhatItNeeds() {
        Drivers bare = drivers(NONE, NONE, NONE, NONE);
        assertEquals(1, bare.missingFor(Backend.OPENCL).size());
        assertEquals(1, bare.missingFor(Backend.PTX).size());
        assertEquals(2, bare.missingFor(Backend.CUDA).size());
        assertEquals(1, bare.missingFor(Backend.SPIRV).size());
        assertEquals(List.of(), drivers(OPENCL_CPU, NONE, NONE, NONE).missingFor(Backend.SPIRV));
        assertEquals(List.of(), drivers(NONE, SOME, SOME, NONE).missingFor(Backend.CUDA));
    }

    @Test
    void withoutAnSdkTheCureIsToInstallOne() {
        SdkSearch none = new SdkSearch(Optional.empty(), "", false);
        String hints = hints(none, drivers(OPENCL_CPU, NONE, NONE, NONE), "");
        assertTrue(hints.contains("./deltarule tornado install --backend opencl"), hints);
        assertFalse(hints.contains("get it"), hints);
        assertTrue(hints(none, drivers(NONE, NONE, NONE, NONE), "").contains("get it"));
        // What the launcher found is the reason; a second one would only confuse.
        String told = hints(none, drivers(OPENCL_CPU, NONE, NONE, NONE), "TORNADOVM_HOME=x is none");
        assertEquals("TORNADOVM_HOME=x is none", told);
    }

    @Test
    void anSdkThatRunsNeedsNoAdvice() {
        assertEquals("", hints(found("5.2.0-jdk25", true, "opencl"), drivers(OPENCL_CPU, NONE, NONE, NONE), ""));
    }

    @Test
    void whatAnSdkLacksIsNamed() {
        Drivers nothing = drivers(NONE, NONE, NONE, NONE);
        assertTrue(hints(found("5.2.0-jdk25", true, "opencl"), nothing, "").contains("get it"));
        String other = hints(found("5.2.0-jdk25", true, "ptx"), drivers(OPENCL_GPU, NONE, NONE, NONE), "");
        assertTrue(other.contains("needs x") && other.contains("install --backend opencl"), other);
        assertTrue(hints(found("4.0.1-jdk21", true, "opencl"), drivers(OPENCL_CPU, NONE, NONE, NONE), "")
                .contains("4.0.1-jdk21"));
        assertTrue(hints(found("5.2.0-jdk25", false, "opencl"), drivers(OPENCL_CPU, NONE, NONE, NONE), "")
                .contains("java @"));
        assertTrue(hints(found("5.2.0-jdk25", true, "opencl"), drivers(OPENCL_GPU, SOME, SOME, NONE), "")
                .contains("--backend cuda"));
    }

    @Test
    void anSdkOfAnotherVersionIsNamedWithWhatToDo() {
        Drivers nvidia = drivers(OPENCL_GPU, SOME, SOME, NONE);
        String newer = hints(found("8.2.0-jdk22plus", false, "cuda", "metal"), nvidia, "x");
        assertTrue(newer.contains("TornadoVM 8.2.0-jdk22plus with cuda, metal"), newer);
        assertTrue(newer.contains("from 6.0 on TornadoVM has neither ptx nor spirv"), newer);
        assertTrue(newer.contains("./deltarule tornado install --backend cuda fetches 5.2.0-jdk25 beside it"), newer);
        String older = hints(found("5.1.0-jdk25", true, "opencl"), drivers(OPENCL_CPU, NONE, NONE, NONE), "");
        assertTrue(older.contains("TornadoVM 5.1.0-jdk25 with opencl") && !older.contains("6.0"), older);
        SdkSearch named = new SdkSearch(found("6.0.1-jdk22plus", true, "cuda").sdk(), "TORNADOVM_HOME", true);
        assertTrue(hints(named, nvidia, "").contains("unset TORNADOVM_HOME to use that"));
    }

    /** What lies around for other programs comes after one that the kernels are tested with. */
    @Test
    void ofThoseThatLieAroundTheTestedVersionIsTaken() throws Exception {
        Path onPath = sdk("on path");
        Path bin = Files.createDirectory(onPath.resolve("bin"));
        assertTrue(Files.writeString(bin.resolve("tornado"), "").toFile().setExecutable(true));
        Path sdkman = sdk(".sdkman/candidates/tornadovm/current");
        Map<String, String> both = Map.of("PATH", bin.toString(), "HOME", folder.toString());
        SdkStore empty = new SdkStore(folder.resolve("empty"));
        release(onPath, "8.2.0-jdk22plus");
        release(sdkman, "5.2.0-jdk25");
        assertEquals(sdkman, folderOf(SdkSearch.lookAround(both, empty)));
        release(sdkman, "7.0.1-jdk22plus");
        assertEquals(onPath.toRealPath(), folderOf(SdkSearch.lookAround(both, empty)));
    }

    private static void release(Path sdk, String version) throws Exception {
        Files.writeString(
                Files.createDirectories(sdk.resolve("etc")).resolve("tornado.release"), "version=" + version + "\n");
    }

    @Test
    void anEngineThatFailsForNoKnownReasonIsQuoted() {
        List<String> hints = Diagnosis.hints(
                found("5.2.0-jdk25", true, "opencl"),
                drivers(OPENCL_CPU, NONE, NONE, NONE),
                "",
                Optional.of("it does not start"));
        assertEquals(List.of("it does not start"), hints);
    }

    @Test
    void everyProbeAnswersWithDevicesOrACure() {
        for (Driver driver : Drivers.probe(System.getenv()).all()) {
            assertFalse(driver.found().isBlank(), driver.toString());
            assertTrue(driver.isUsable() || driver.devices().isEmpty(), driver.toString());
        }
        Driver absent = OpenClProbe.probe(List.of("lib-no-such-library.so"), Map.of());
        assertFalse(absent.isUsable());
        assertTrue(absent.cure().orElseThrow().contains("loader"));
    }

    @Test
    void theSearchHasAnOrder() throws Exception {
        Path named = sdk("named");
        Path onPath = sdk("on path");
        Path launcher =
                Files.writeString(Files.createDirectory(onPath.resolve("bin")).resolve("tornado"), "");
        assertTrue(launcher.toFile().setExecutable(true));
        Path sdkman = sdk(".sdkman/candidates/tornadovm/current");
        SdkStore store = new SdkStore(folder.resolve("store"));
        Path own = sdk("store/tornadovm-5.2.0-jdk25-opencl");
        store.choose("tornadovm-5.2.0-jdk25-opencl");
        String path = "absent" + java.io.File.pathSeparator + onPath.resolve("bin");
        Map<String, String> all = Map.of("TORNADOVM_HOME", named.toString(), "PATH", path, "HOME", folder.toString());
        Map<String, String> unnamed = Map.of("PATH", path, "HOME", folder.toString());

        assertEquals(named, folderOf(SdkSearch.lookAround(all, store)));
        assertEquals(own, folderOf(SdkSearch.lookAround(unnamed, store)));
        SdkStore empty = new SdkStore(folder.resolve("empty"));
        assertEquals(onPath.toRealPath(), folderOf(SdkSearch.lookAround(unnamed, empty)));
        assertEquals(sdkman, folderOf(SdkSearch.lookAround(Map.of("HOME", folder.toString(), "PATH", ""), empty)));
        assertTrue(SdkSearch.lookAround(Map.of("HOME", named.toString(), "PATH", ""), empty)
                .sdk()
                .isEmpty());
        // A name that is wrong is not passed over in silence for another.
        assertTrue(SdkSearch.lookAround(Map.of("TORNADOVM_HOME", "absent", "PATH", path), store)
                .sdk()
                .isEmpty());
    }

    @Test
    void theDataFolderIsTheUsersOwn() {
        assertEquals(
                Path.of("/data/deltarule/tornadovm"),
                SdkStore.ofUser(Map.of("XDG_DATA_HOME", "/data", "HOME", "/home/u"), "Linux")
                        .root());
        assertEquals(
                Path.of("/home/u/.local/share/deltarule/tornadovm"),
                SdkStore.ofUser(Map.of("XDG_DATA_HOME", "relative", "HOME", "/home/u"), "Mac OS X")
                        .root());
    }

    private static Path folderOf(SdkSearch search) {
        return search.sdk().orElseThrow().folder();
    }

    private Path sdk(String name) throws Exception {
        Path sdk = Files.createDirectories(folder.resolve(name));
        Files.writeString(sdk.resolve("tornado-argfile.template"), "");
        return sdk;
    }
}
