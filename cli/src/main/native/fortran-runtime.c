/*
 * OpenBLAS is linked with GNU Fortran's run-time library, for two functions that only LAPACK's routines call. Nothing here
 * calls LAPACK, and that library brings libquadmath, which is LGPL. So the jar of the command line carries this in its place:
 *
 *   echo 'GFORTRAN_8 { global: *; };' > version
 *   gcc -shared -nostdlib -fPIC -Os -fno-asynchronous-unwind-tables -Wl,--version-script=version \
 *     -Wl,-soname,libgfortran.so.5 -Wl,--build-id=none -Wl,-z,noseparate-code -s fortran-runtime.c -o linux-x86_64/libgfortran.so.5
 *
 * A call would end the process at once.
 */
void _gfortran_concat_string(void) { __builtin_trap(); }
void _gfortran_etime(void) { __builtin_trap(); }
