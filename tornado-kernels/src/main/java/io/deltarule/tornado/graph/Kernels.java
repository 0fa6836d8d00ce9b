package io.deltarule.tornado.graph;

import java.io.Serializable;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task10;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task11;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task12;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task13;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task14;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task15;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task16;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task17;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task18;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task19;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task20;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task4;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task7;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task8;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task9;

/**
 * Kernels by their numbers of arguments: the functions that TornadoVM takes, and serializable, which nobody does with them; but the JVM
 * tells of such references alone which method they mean, and {@link io.deltarule.tornado.stored.KernelForms} has to know.
 */
public interface Kernels {
    /** With 4 arguments. */
    interface Kernel4<A, B, C, D> extends Task4<A, B, C, D>, Serializable {}

    /** With 5 arguments. */
    interface Kernel5<A, B, C, D, E> extends Task5<A, B, C, D, E>, Serializable {}

    /** With 6 arguments. */
    interface Kernel6<A, B, C, D, E, F> extends Task6<A, B, C, D, E, F>, Serializable {}

    /** With 7 arguments. */
    interface Kernel7<A, B, C, D, E, F, G> extends Task7<A, B, C, D, E, F, G>, Serializable {}

    /** With 8 arguments. */
    interface Kernel8<A, B, C, D, E, F, G, H> extends Task8<A, B, C, D, E, F, G, H>, Serializable {}

    /** With 9 arguments. */
    interface Kernel9<A, B, C, D, E, F, G, H, I> extends Task9<A, B, C, D, E, F, G, H, I>, Serializable {}

    /** With 10 arguments. */
    interface Kernel10<A, B, C, D, E, F, G, H, I, J> extends Task10<A, B, C, D, E, F, G, H, I, J>, Serializable {}

    /** With 11 arguments. */
    interface Kernel11<A, B, C, D, E, F, G, H, I, J, K> extends Task11<A, B, C, D, E, F, G, H, I, J, K>, Serializable {}

    /** With 12 arguments. */
    interface Kernel12<A, B, C, D, E, F, G, H, I, J, K, L>
            extends Task12<A, B, C, D, E, F, G, H, I, J, K, L>, Serializable {}

    /** With 13 arguments. */
    interface Kernel13<A, B, C, D, E, F, G, H, I, J, K, L, M>
            extends Task13<A, B, C, D, E, F, G, H, I, J, K, L, M>, Serializable {}

    /** With 14 arguments. */
    interface Kernel14<A, B, C, D, E, F, G, H, I, J, K, L, M, N>
            extends Task14<A, B, C, D, E, F, G, H, I, J, K, L, M, N>, Serializable {}

    /** With 15 arguments. */
    interface Kernel15<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O>
            extends Task15<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O>, Serializable {}

    /** With 16 arguments. */
    interface Kernel16<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>
            extends Task16<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>, Serializable {}

    /** With 17 arguments. */
    interface Kernel17<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q>
            extends Task17<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q>, Serializable {}

    /** With 18 arguments. */
    interface Kernel18<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R>
            extends Task18<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R>, Serializable {}

    /** With 19 arguments. */
    interface Kernel19<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S>
            extends Task19<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S>, Serializable {}

    /** With 20 arguments. */
    interface Kernel20<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T>
            extends Task20<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T>, Serializable {}
}
