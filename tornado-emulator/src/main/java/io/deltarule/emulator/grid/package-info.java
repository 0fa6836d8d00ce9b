/**
 * Grids of work-items: their shapes, where each work-item stands, the shuffled order of their turns, what a kernel may ask of
 * its work-item, and what the emulated device refuses to exceed. Uses nothing else of the emulator. Start with {@link
 * io.deltarule.emulator.grid.GridShape}.
 */
package io.deltarule.emulator.grid;
