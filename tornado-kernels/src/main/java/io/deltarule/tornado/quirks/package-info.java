/**
 * What the engine does only because TornadoVM 5.2.0 is as it is.
 *
 * <p>Start with {@link io.deltarule.tornado.quirks.Quirk}: the list of what happens, what is done about it, in which class, and
 * which test notices. What can stand in a class of its own is here; what belongs to a kernel or a graph is named there.
 *
 * <p>May use TornadoVM's API and nothing else of the engine.
 */
package io.deltarule.tornado.quirks;
