package io.deltarule.tornado;

/** Which device the tests run on: the emulator, or what {@code -Ddeltarule.test.device} names ("first" of the SDK's). */
final class TestDevice {
    private static final String NAMED = System.getProperty("deltarule.test.device", TornadoDevices.EMULATOR);

    private TestDevice() {}

    static String id() {
        return NAMED.equals("first") ? new TornadoEngine().devices().getFirst().id() : NAMED;
    }

    static boolean emulated() {
        return NAMED.equals(TornadoDevices.EMULATOR);
    }
}
