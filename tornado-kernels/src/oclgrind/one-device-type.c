/* TornadoVM 5.2.0 passes over a device whose type has more than one bit, as Oclgrind's has: of several, the GPU's is told alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

#define CL_DEVICE_TYPE 0x1000
#define CL_DEVICE_TYPE_GPU 4UL

typedef int (*device_info)(void *device, unsigned what, size_t size, void *value, size_t *written);

int clGetDeviceInfo(void *device, unsigned what, size_t size, void *value, size_t *written) {
    device_info next = (device_info)dlsym(RTLD_NEXT, "clGetDeviceInfo");
    int error = next(device, what, size, value, written);
    if (error == 0 && what == CL_DEVICE_TYPE && value != NULL && size >= sizeof(unsigned long)) {
        unsigned long *type = value;
        if (*type & CL_DEVICE_TYPE_GPU) {
            *type = CL_DEVICE_TYPE_GPU;
        }
    }
    return error;
}
