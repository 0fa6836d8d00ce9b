package io.deltarule.models.inference;

/** The same of log-linear states, which mean nothing without their position. */
class ReferenceLevelSessionTest extends ReferenceSessionTest {
    @Override
    protected Network network(String name) {
        return TinyNetwork.logLinear(name);
    }
}
