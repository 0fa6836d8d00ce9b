package io.deltarule.tornado;

/** Which device the tests run on: the emulator, or what {@code -Ddeltarule.test.device} names. */
final class TestDevice {
    private TestDevice() {}

    static String id() {
        return System.getProperty("deltarule.test.device", TornadoDevices.EMULATOR);
    }

    static boolean emulated() {
        return id().equals(TornadoDevices.EMULATOR);
    }
}
