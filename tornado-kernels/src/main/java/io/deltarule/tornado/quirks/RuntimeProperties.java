package io.deltarule.tornado.quirks;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * System properties that TornadoVM 5.2.0 needs before its classes initialise. What is given on the command line stays.
 *
 * <ul>
 *   <li>{@code tornado.recover.bailout}: by default a kernel that fails is run again as sequential Java and the call returns as if
 *       nothing had happened.
 *   <li>{@code tornado.device.memory}: by default 4 GB, whatever the device has. The engine itself refuses plans that do not fit.
 *   <li>{@code tornado.tvm.maxbytecodesize}: by default a graph's bytecode has 4096 bytes, and a deep one overflows them.
 *   <li>{@code tornado.enable.fix.reads}: this late compiler phase decides conditions that nothing simplifies afterwards, and
 *       code generation fails on a constant logic node.
 * </ul>
 */
public final class RuntimeProperties {
    private static final Logger LOG = System.getLogger("io.deltarule");
    private static final String BAILOUT = "tornado.recover.bailout";
    /** More than any device has. */
    private static final String NO_CAP = "1024GB";
    /** More than any task's bytecode takes. */
    private static final int BYTECODE_OF_A_TASK = 1024;

    private static final Map<String, String> WANTED = new LinkedHashMap<>();

    static {
        WANTED.put(BAILOUT, "False");
        WANTED.put("tornado.device.memory", NO_CAP);
        WANTED.put("tornado.tvm.maxbytecodesize", Integer.toString(GraphLimits.TASKS * BYTECODE_OF_A_TASK));
        WANTED.put("tornado.enable.fix.reads", "False");
    }

    private RuntimeProperties() {}

    /** Sets those that are not given. */
    public static void set() {
        WANTED.forEach((property, value) -> {
            if (System.getProperty(property) == null) {
                System.setProperty(property, value);
            }
        });
    }

    /**
     * Whether TornadoVM would run a failed kernel as Java. It is asked itself, for it reads the property once, perhaps before
     * {@link #set}.
     */
    public static boolean recoversBailouts() {
        try {
            Module runtime = ModuleLayer.boot().findModule("tornado.runtime").orElseThrow();
            Class<?> options = Class.forName(runtime, "uk.ac.manchester.tornado.runtime.common.TornadoOptions");
            return options.getField("RECOVER_BAILOUT").getBoolean(null);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            LOG.log(Level.DEBUG, "TornadoVM's options cannot be read", e);
            return !"false".equalsIgnoreCase(System.getProperty(BAILOUT));
        }
    }
}
