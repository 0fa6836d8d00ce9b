package io.deltarule.models.inference;

/** The same of convolutions with taps of tokens' own, of latent attention with positions, and of experts in groups. */
class CpuJetSessionTest extends CpuSessionTest {
    @Override
    protected Network network(String name) {
        return TinyNetwork.jetAndLatent(name);
    }
}
