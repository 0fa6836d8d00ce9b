/**
 * Running a kernel over a grid: group after group, every work-item up to its next barrier, only one at a time. Uses {@code
 * rewrite} (the call), {@code check} (whose turn it is, barriers' phases) and {@code grid}. Start with {@link
 * io.deltarule.emulator.launch.LaunchRunner}.
 */
package io.deltarule.emulator.launch;
