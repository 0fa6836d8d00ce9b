/**
 * The TornadoVM engine. Nobody calls it by its classes: it is found as a {@link io.deltarule.core.DeltaEngine}, and runs on
 * whichever {@code tornado.api} this JVM has, TornadoVM's own or the emulator.
 */
module io.deltarule.tornado {
    requires io.deltarule.core;
    requires tornado.api;

    // where kernels lie: TornadoVM finds them by reflection
    opens io.deltarule.tornado to
            tornado.runtime;
    opens io.deltarule.tornado.delta to
            tornado.runtime;
    opens io.deltarule.tornado.delta.backward to
            tornado.runtime;
    opens io.deltarule.tornado.op to
            tornado.runtime;
    opens io.deltarule.tornado.op.backward.kernel to
            tornado.runtime;
    opens io.deltarule.tornado.op.update to
            tornado.runtime;
    opens io.deltarule.tornado.quirks to
            tornado.runtime;

    provides io.deltarule.core.DeltaEngine with
            io.deltarule.tornado.TornadoEngine;
}
