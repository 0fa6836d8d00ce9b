package io.deltarule.tornado.graph;

import io.deltarule.tornado.quirks.PackedSignature;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
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
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A kernel and its arguments, which a launch can count: the bytes that a graph needs for it follow from their number.
 *
 * <p>A kernel's first two arguments are its context and the array of its {@link RunTable}, its last is the place there
 * that it signs. Those are the launch's; here stand those in between. TornadoVM takes no list of arguments but has a method
 * for each number of them, and so has this class.
 */
public final class KernelTask {
    /** Adds a kernel to a graph, with what a launch knows. */
    private interface Adder {
        void add(TaskGraph graph, String name, KernelContext context, IntArray table, int signature);
    }

    private final int arguments;
    private final List<TornadoNativeArray> arrays;
    private final Adder adder;

    /** @param given the arguments, scalars or not, that are not the launch's */
    private KernelTask(int arguments, List<?> given, Adder adder) {
        this.arguments = arguments;
        this.arrays = given.stream()
                .filter(TornadoNativeArray.class::isInstance)
                .map(TornadoNativeArray.class::cast)
                .toList();
        this.adder = adder;
    }

    /** The arrays that the kernel is given, without the launch's. */
    List<TornadoNativeArray> arrays() {
        return arrays;
    }

    /** How many arguments the kernel has, the launch's among them. */
    int arguments() {
        return arguments;
    }

    void addTo(TaskGraph graph, String name, KernelContext context, IntArray table, int signature) {
        adder.add(graph, name, context, table, signature);
    }

    /** With 2 arguments between the run table and the signature, which the launch fills in. */
    public static <A, B> KernelTask of(Task5<KernelContext, IntArray, A, B, Integer> code, A a, B b) {
        return new KernelTask(
                5,
                List.of(a, b),
                (graph, name, context, table, signature) -> graph.task(name, code, context, table, a, b, signature));
    }

    /** The same with 3. */
    public static <A, B, C> KernelTask of(Task6<KernelContext, IntArray, A, B, C, Integer> code, A a, B b, C c) {
        return new KernelTask(
                6,
                List.of(a, b, c),
                (graph, name, context, table, signature) -> graph.task(name, code, context, table, a, b, c, signature));
    }

    /** The same with 4. */
    public static <A, B, C, D> KernelTask of(
            Task7<KernelContext, IntArray, A, B, C, D, Integer> code, A a, B b, C c, D d) {
        return new KernelTask(
                7,
                List.of(a, b, c, d),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, signature));
    }

    /** The same with 5. */
    public static <A, B, C, D, E> KernelTask of(
            Task8<KernelContext, IntArray, A, B, C, D, E, Integer> code, A a, B b, C c, D d, E e) {
        return new KernelTask(
                8,
                List.of(a, b, c, d, e),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, signature));
    }

    /** The same with 6. */
    public static <A, B, C, D, E, F> KernelTask of(
            Task9<KernelContext, IntArray, A, B, C, D, E, F, Integer> code, A a, B b, C c, D d, E e, F f) {
        return new KernelTask(
                9,
                List.of(a, b, c, d, e, f),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, signature));
    }

    /** The same with 7. */
    public static <A, B, C, D, E, F, G> KernelTask of(
            Task10<KernelContext, IntArray, A, B, C, D, E, F, G, Integer> code, A a, B b, C c, D d, E e, F f, G g) {
        return new KernelTask(
                10,
                List.of(a, b, c, d, e, f, g),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, signature));
    }

    /** The same with 8. */
    public static <A, B, C, D, E, F, G, H> KernelTask of(
            Task11<KernelContext, IntArray, A, B, C, D, E, F, G, H, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h) {
        return new KernelTask(
                11,
                List.of(a, b, c, d, e, f, g, h),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, h, signature));
    }

    /** The same with 11. */
    public static <A, B, C, D, E, F, G, H, I> KernelTask of(
            Task12<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i) {
        return new KernelTask(
                12,
                List.of(a, b, c, d, e, f, g, h, i),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, h, i, signature));
    }

    /** The same with 10. */
    public static <A, B, C, D, E, F, G, H, I, J> KernelTask of(
            Task13<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j) {
        return new KernelTask(
                13,
                List.of(a, b, c, d, e, f, g, h, i, j),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, h, i, j, signature));
    }

    /** The same with 11. */
    public static <A, B, C, D, E, F, G, H, I, J, K> KernelTask of(
            Task14<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k) {
        return new KernelTask(
                14,
                List.of(a, b, c, d, e, f, g, h, i, j, k),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, h, i, j, k, signature));
    }

    /** The same with 12. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L> KernelTask of(
            Task15<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k,
            L l) {
        return new KernelTask(
                15,
                List.of(a, b, c, d, e, f, g, h, i, j, k, l),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, h, i, j, k, l, signature));
    }

    /** The same with 13. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M> KernelTask of(
            Task16<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k,
            L l,
            M m) {
        return new KernelTask(
                16,
                List.of(a, b, c, d, e, f, g, h, i, j, k, l, m),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, h, i, j, k, l, m, signature));
    }

    /** The same with 14. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N> KernelTask of(
            Task17<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k,
            L l,
            M m,
            N n) {
        return new KernelTask(
                17,
                List.of(a, b, c, d, e, f, g, h, i, j, k, l, m, n),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, h, i, j, k, l, m, n, signature));
    }

    /** The same with 15. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O> KernelTask of(
            Task18<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k,
            L l,
            M m,
            N n,
            O o) {
        return new KernelTask(
                18,
                List.of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, table, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, signature));
    }

    /** The same with 16. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P> KernelTask of(
            Task19<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k,
            L l,
            M m,
            N n,
            O o,
            P p) {
        return new KernelTask(
                19,
                List.of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p),
                (graph, name, context, table, signature) -> graph.task(
                        name, code, context, table, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, signature));
    }

    /** The same with 17. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q> KernelTask of(
            Task20<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k,
            L l,
            M m,
            N n,
            O o,
            P p,
            Q q) {
        return new KernelTask(
                20,
                List.of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q),
                (graph, name, context, table, signature) -> graph.task(
                        name, code, context, table, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, signature));
    }

    /**
     * A kernel that needs a place more than TornadoVM has: it finds its signature in the upper bits of its flags.
     *
     * @see PackedSignature
     */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P> KernelTask packed(
            Task20<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Integer, Float> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k,
            L l,
            M m,
            N n,
            O o,
            P p,
            int flags,
            float scale) {
        return new KernelTask(
                20,
                List.of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p),
                (graph, name, context, table, signature) -> graph.task(
                        name,
                        code,
                        context,
                        table,
                        a,
                        b,
                        c,
                        d,
                        e,
                        f,
                        g,
                        h,
                        i,
                        j,
                        k,
                        l,
                        m,
                        n,
                        o,
                        p,
                        PackedSignature.pack(flags, signature),
                        scale));
    }

    /** A kernel without run table and signature, with 3 arguments after its context. */
    public static <A, B, C> KernelTask unsigned(Task4<KernelContext, A, B, C> code, A a, B b, C c) {
        return new KernelTask(
                4,
                List.of(a, b, c),
                (graph, name, context, table, signature) -> graph.task(name, code, context, a, b, c));
    }

    /** The same with 4. */
    public static <A, B, C, D> KernelTask unsigned(Task5<KernelContext, A, B, C, D> code, A a, B b, C c, D d) {
        return new KernelTask(
                5,
                List.of(a, b, c, d),
                (graph, name, context, table, signature) -> graph.task(name, code, context, a, b, c, d));
    }

    /** The same with 11. */
    public static <A, B, C, D, E, F, G, H, I, J, K> KernelTask unsigned(
            Task12<KernelContext, A, B, C, D, E, F, G, H, I, J, K> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i,
            J j,
            K k) {
        return new KernelTask(
                12,
                List.of(a, b, c, d, e, f, g, h, i, j, k),
                (graph, name, context, table, signature) ->
                        graph.task(name, code, context, a, b, c, d, e, f, g, h, i, j, k));
    }
}
