package uk.ac.manchester.tornado.api.runtime;

import io.deltarule.emulator.EmulatorBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;

/** Where the runtime is found. */
public class TornadoRuntimeProvider {

    public TornadoRuntimeProvider() {}

    public static TornadoRuntime getTornadoRuntime() {
        return EmulatorBackend.INSTANCE;
    }
}
