package uk.ac.manchester.tornado.api.runtime;

import io.deltarule.emulator.EmulatedDevice;
import io.deltarule.emulator.grid.DeviceLimits;
import java.util.List;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoBackendNotFound;
import uk.ac.manchester.tornado.api.exceptions.TornadoDeviceNotFound;

/** The one runtime, with one backend, with one device: this JVM. */
enum EmulatorBackend implements TornadoRuntime, TornadoBackend {
    INSTANCE;

    private static final TornadoDevice DEVICE = new JvmDevice();

    /** The emulated device; what it says of itself is what {@link DeviceLimits} enforces. */
    private static final class JvmDevice implements TornadoDevice, TornadoTargetDevice, EmulatedDevice {

        @Override
        public String getDeviceName() {
            return NAME;
        }

        @Override
        public String getDescription() {
            return NAME;
        }

        @Override
        public String getPlatformName() {
            return "deltarule emulator";
        }

        @Override
        public TornadoTargetDevice getPhysicalDevice() {
            return this;
        }

        @Override
        public TornadoDeviceType getDeviceType() {
            return TornadoDeviceType.CUSTOM;
        }

        @Override
        public long getMaxAllocMemory() {
            return DeviceLimits.DEVICE_MEMORY_BYTES;
        }

        @Override
        public long getMaxGlobalMemory() {
            return DeviceLimits.DEVICE_MEMORY_BYTES;
        }

        @Override
        public long getDeviceLocalMemorySize() {
            return DeviceLimits.LOCAL_MEMORY_BYTES;
        }

        @Override
        public long[] getDeviceMaxWorkgroupDimensions() {
            return new long[] {DeviceLimits.WORK_GROUP_SIZE, DeviceLimits.WORK_GROUP_SIZE, DeviceLimits.WORK_GROUP_SIZE
            };
        }

        @Override
        public int getBackendIndex() {
            return 0;
        }

        @Override
        public int getAvailableProcessors() {
            return 1;
        }

        @Override
        public TornadoVMBackendType getTornadoVMBackend() {
            return TornadoVMBackendType.JAVA;
        }

        @Override
        public long getDeviceGlobalMemorySize() {
            return DeviceLimits.DEVICE_MEMORY_BYTES;
        }

        @Override
        public int getDeviceMaxComputeUnits() {
            return 1;
        }

        @Override
        public long[] getDeviceMaxWorkItemSizes() {
            return getDeviceMaxWorkgroupDimensions();
        }

        @Override
        public long[] getDeviceMaxWorkGroupSize() {
            return new long[] {DeviceLimits.WORK_GROUP_SIZE};
        }

        @Override
        public int getMaxThreadsPerBlock() {
            return DeviceLimits.WORK_GROUP_SIZE;
        }

        @Override
        public long getDeviceMaxAllocationSize() {
            return DeviceLimits.DEVICE_MEMORY_BYTES;
        }

        @Override
        public String getDeviceInfo() {
            return NAME + ", " + Runtime.version();
        }

        @Override
        public String toString() {
            return NAME;
        }
    }

    @Override
    public TornadoBackend getBackend(int index) {
        checkBackend(index);
        return this;
    }

    @Override
    public TornadoVMBackendType getBackendType(int index) {
        checkBackend(index);
        return getBackendType();
    }

    private static void checkBackend(int index) {
        if (index != 0) {
            throw new TornadoBackendNotFound("backend " + index + ": the emulator has one backend, number 0");
        }
    }

    @Override
    public int getNumBackends() {
        return 1;
    }

    @Override
    public TornadoDevice getDefaultDevice() {
        return DEVICE;
    }

    @Override
    public int getNumDevices() {
        return 1;
    }

    @Override
    public TornadoDevice getDevice(int index) {
        if (index != 0) {
            throw new TornadoDeviceNotFound("device " + index + ": the emulator has one device, number 0");
        }
        return DEVICE;
    }

    @Override
    public List<TornadoDevice> getAllDevices() {
        return List.of(DEVICE);
    }

    @Override
    public TornadoDeviceType getTypeDefaultDevice() {
        return DEVICE.getDeviceType();
    }

    @Override
    public String getName() {
        return "deltarule emulator";
    }

    @Override
    public int getNumPlatforms() {
        return 1;
    }

    @Override
    public TornadoVMBackendType getBackendType() {
        return TornadoVMBackendType.JAVA;
    }
}
