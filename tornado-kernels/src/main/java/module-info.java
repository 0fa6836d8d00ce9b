/**
 * The TornadoVM engine. Nobody calls it by its classes: it is found as a {@link io.deltarule.core.DeltaEngine}, and runs on
 * whichever {@code tornado.api} this JVM has, TornadoVM's own or the emulator.
 */
module io.deltarule.tornado {
    requires io.deltarule.core;
    requires tornado.api;

    provides io.deltarule.core.DeltaEngine with
            io.deltarule.tornado.TornadoEngine;
}
