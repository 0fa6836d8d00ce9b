package uk.ac.manchester.tornado.api.runtime;

import uk.ac.manchester.tornado.api.TornadoRuntime;

/** Where the runtime is found. */
public class TornadoRuntimeProvider {

    public TornadoRuntimeProvider() {}

    public static TornadoRuntime getTornadoRuntime() {
        return EmulatorBackend.INSTANCE;
    }
}
