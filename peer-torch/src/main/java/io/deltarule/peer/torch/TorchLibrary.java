package io.deltarule.peer.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Optional;

/**
 * libtorch, loaded once. DJL unpacks it from its jar the first time, about 500 MB into {@code ~/.djl.ai} or where
 * {@code DJL_CACHE_DIR} says, and is kept from looking for anything on the network.
 */
final class TorchLibrary {
    private static final Engine ENGINE;
    private static final String UNAVAILABLE;

    static {
        setUnlessSet("ai.djl.offline", "true");
        setUnlessSet("OPT_OUT_TRACKING", "true");
        setUnlessSet("PYTORCH_FLAVOR", "cpu");
        Engine engine = null;
        String unavailable = null;
        try {
            engine = Engine.getEngine("PyTorch");
        } catch (EngineException | IllegalArgumentException | LinkageError e) {
            unavailable =
                    "expected DJL's PyTorch libraries for this platform and a folder to unpack them into but found "
                            + String.valueOf(e.getMessage()).replaceAll("\\s+", " ")
                            + "; set DJL_CACHE_DIR to a folder that can be written";
        }
        ENGINE = engine;
        UNAVAILABLE = unavailable;
    }

    private TorchLibrary() {}

    /** Why it cannot run here, or empty if it can. */
    static Optional<String> unavailable() {
        return Optional.ofNullable(UNAVAILABLE);
    }

    /** PyTorch's version. */
    static String version() {
        return "PyTorch " + ENGINE.getVersion();
    }

    /** Everything that computes on the CPU belongs to one of these, and is freed with it. */
    static NDManager newManager() {
        return ENGINE.newBaseManager(Device.cpu());
    }

    /** How many threads one operation takes from now on; the setting is the process's. */
    static void useThreads(int threads) {
        if (JniUtils.getNumThreads() != threads) {
            JniUtils.setNumThreads(threads);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
