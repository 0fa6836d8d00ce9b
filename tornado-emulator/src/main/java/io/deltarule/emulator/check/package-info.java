/**
 * What is checked while a kernel runs: bounds, reads of what nothing wrote, data races, misused local arrays; and the reports
 * of what a kernel did wrong.
 *
 * <pre>
 *   Checks         what a rewritten kernel calls around its own arrays → LocalArray, PrivateArray
 *   ElementGuard   what a device array calls before every element
 *   RaceLog      who touched an element last, and whether a barrier lies between
 *   Turn           the running work-item, the line that it is at, and the phases between barriers
 *   Faults         → KernelFaultException
 * </pre>
 *
 * Uses {@code grid}; knows neither how kernels are rewritten nor how their work-items are run. Start with {@link
 * io.deltarule.emulator.check.Checks}.
 */
package io.deltarule.emulator.check;
