package io.deltarule.models.inference;

/** The same with memory tokens before every sequence, more of them than a window holds. */
class ReferenceMemorySessionTest extends ReferenceSessionTest {
    @Override
    protected Network network(String name) {
        return TinyNetwork.withMemory(name, 11);
    }
}
