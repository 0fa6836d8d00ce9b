package io.deltarule.tornado;

import io.deltarule.tornado.quirks.RuntimeProperties;
import io.deltarule.tornado.quirks.TornadoVersion;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds out which TornadoVM this JVM has: the real one (its runtime's module is there; that of its API may be the emulator's),
 * the emulator (its classes are there) or neither; and sets what must be set before its classes initialise.
 */
enum TornadoSetup {
    /** TornadoVM itself. */
    SDK,
    /** Its API executed on the JVM alone. */
    EMULATOR,
    /** Nothing that runs kernels. */
    ABSENT;

    private static final Logger LOG = System.getLogger("io.deltarule");
    private static final String INSTALL =
            "install a TornadoVM " + TornadoVersion.VERIFIED + " SDK (./deltarule tornado install, or one of "
                    + "your own that TORNADOVM_HOME names) and start through ./deltarule, TornadoVM's own `tornado` or java with "
                    + "its argument file";
    /** What ./deltarule says of an SDK that is there and was not started, with its cure; the emulator is no stand-in for it. */
    private static final String LAUNCHER_SAYS = System.getProperty("io.deltarule.tornado.problem", "");

    private static final TornadoSetup FOUND = find();
    private static final AtomicBoolean ANNOUNCED = new AtomicBoolean();

    /** What this JVM has. */
    static TornadoSetup current() {
        return FOUND;
    }

    /** Says once, where kernels are about to run on the emulator or on a TornadoVM that they were not verified with, that they do. */
    static void announce() {
        if (!ANNOUNCED.compareAndSet(false, true)) {
            return;
        }
        TornadoVersion.running().flatMap(TornadoVersion::notice).ifPresent(notice -> LOG.log(Level.INFO, notice));
        if (FOUND == EMULATOR) {
            LOG.log(
                    Level.INFO,
                    "no TornadoVM in this JVM: kernels run on the emulator, for tests and debugging only; to use a "
                            + "device, " + INSTALL);
        }
    }

    private static TornadoSetup find() {
        if (ModuleLayer.boot().findModule("tornado.runtime").isPresent()) {
            RuntimeProperties.set();
            return SDK;
        }
        try {
            Class.forName("io.deltarule.emulator.EmulatedDevice", false, TornadoSetup.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return ABSENT;
        }
        return EMULATOR;
    }

    /** Why kernels cannot run in this JVM, or empty. */
    Optional<String> problem() {
        return switch (this) {
            case ABSENT -> Optional.of("no TornadoVM in this JVM and no emulator on the class path; " + INSTALL);
            case EMULATOR -> Optional.of(LAUNCHER_SAYS).filter(said -> !said.isEmpty());
            case SDK ->
                RuntimeProperties.recoversBailouts()
                        ? Optional.of("TornadoVM would run a failed kernel again as sequential Java and return as if "
                                + "nothing had happened; start with -Dtornado.recover.bailout=False")
                        : Optional.empty();
        };
    }
}
