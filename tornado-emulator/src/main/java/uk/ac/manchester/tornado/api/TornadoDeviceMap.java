package uk.ac.manchester.tornado.api;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** All backends and devices, and those that answer a description. */
public class TornadoDeviceMap {

    private final List<TornadoBackend> backends;

    public TornadoDeviceMap() {
        TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
        backends = IntStream.range(0, runtime.getNumBackends())
                .mapToObj(runtime::getBackend)
                .toList();
    }

    public int getNumBackends() {
        return backends.size();
    }

    public List<TornadoBackend> getAllBackends() {
        return backends;
    }

    public List<TornadoBackend> getBackendsWithPredicate(Predicate<? super TornadoBackend> predicate) {
        return backends.stream().filter(predicate).toList();
    }

    public List<TornadoBackend> getBackendsWithDevicePredicate(Predicate<? super TornadoDevice> predicate) {
        return getBackendsWithPredicate(
                backend -> backend.getAllDevices().stream().anyMatch(predicate));
    }

    /** The devices whose names contain {@code name}, in either case. */
    public Stream<TornadoDevice> getDevicesByName(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return devices()
                .filter(device -> device.getPhysicalDevice()
                        .getDeviceName()
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted));
    }

    public Stream<TornadoDevice> getDevicesByType(TornadoDeviceType type) {
        return devices().filter(device -> device.getDeviceType() == type);
    }

    private Stream<TornadoDevice> devices() {
        return backends.stream().flatMap(backend -> backend.getAllDevices().stream());
    }
}
