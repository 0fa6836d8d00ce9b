package io.deltarule.tornado.graph;

import io.deltarule.tornado.graph.Kernels.Kernel10;
import io.deltarule.tornado.graph.Kernels.Kernel11;
import io.deltarule.tornado.graph.Kernels.Kernel12;
import io.deltarule.tornado.graph.Kernels.Kernel13;
import io.deltarule.tornado.graph.Kernels.Kernel14;
import io.deltarule.tornado.graph.Kernels.Kernel15;
import io.deltarule.tornado.graph.Kernels.Kernel16;
import io.deltarule.tornado.graph.Kernels.Kernel17;
import io.deltarule.tornado.graph.Kernels.Kernel18;
import io.deltarule.tornado.graph.Kernels.Kernel19;
import io.deltarule.tornado.graph.Kernels.Kernel20;
import io.deltarule.tornado.graph.Kernels.Kernel4;
import io.deltarule.tornado.graph.Kernels.Kernel5;
import io.deltarule.tornado.graph.Kernels.Kernel6;
import io.deltarule.tornado.graph.Kernels.Kernel7;
import io.deltarule.tornado.graph.Kernels.Kernel8;
import io.deltarule.tornado.graph.Kernels.Kernel9;
import io.deltarule.tornado.quirks.PackedSignature;
import io.deltarule.tornado.stored.KernelForms;
import io.deltarule.tornado.stored.StoredArrays;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A kernel and its arguments, which a launch can count: the bytes that a graph needs for it follow from their number.
 *
 * <p>A kernel's first two arguments are its context and the array of its {@link RunTable}, its last is the place there
 * that it signs. Those are the launch's; here stand those in between. TornadoVM takes no list of arguments but has a method
 * for each number of them, and so has this class. Arrays of 16-bit numbers are given by what {@linkplain StoredArrays stands for them};
 * the kernel then runs in {@linkplain KernelForms a form for them}.
 */
public final class KernelTask {
    /** Where the launch's arguments stand. */
    private enum Frame {
        /** Context, run table; signature. */
        SIGNED,
        /** The same with the signature in the upper bits of the last argument but one. */
        PACKED,
        /** Context alone. */
        UNSIGNED
    }

    private final Serializable code;
    private final List<Object> given;
    private final Frame frame;

    /** @param given the arguments, scalars or not, that are not the launch's */
    private KernelTask(Serializable code, Frame frame, Object... given) {
        this.code = code;
        this.given = List.of(given);
        this.frame = frame;
    }

    /** The arrays that the kernel is given, without the launch's. */
    List<TornadoNativeArray> arrays() {
        List<TornadoNativeArray> arrays = new ArrayList<>();
        for (Object argument : given) {
            if (argument instanceof TornadoNativeArray array) {
                arrays.add(StoredArrays.real(array));
            }
        }
        return arrays;
    }

    /** How many arguments the kernel has, the launch's among them. */
    int arguments() {
        return given.size()
                + switch (frame) {
                    case SIGNED -> 3;
                    case PACKED -> 2;
                    case UNSIGNED -> 1;
                };
    }

    void addTo(TaskGraph graph, String name, KernelContext context, IntArray table, int signature) {
        List<Object> all = new ArrayList<>();
        all.add(context);
        if (frame != Frame.UNSIGNED) {
            all.add(table);
        }
        all.addAll(given);
        if (frame == Frame.SIGNED) {
            all.add(signature);
        }
        if (frame == Frame.PACKED) {
            int flags = all.size() - 2;
            all.set(flags, PackedSignature.pack((int) all.get(flags), signature));
        }
        Object kernel = KernelForms.of(code, TaskCalls.type(all.size()), all);
        all.replaceAll(one -> one instanceof TornadoNativeArray array ? StoredArrays.real(array) : one);
        TaskCalls.add(graph, name, kernel, all.toArray());
    }

    /** With 2 arguments between the run table and the signature, which the launch fills in. */
    public static <A, B> KernelTask of(Kernel5<KernelContext, IntArray, A, B, Integer> code, A a, B b) {
        return new KernelTask(code, Frame.SIGNED, a, b);
    }

    /** The same with 3. */
    public static <A, B, C> KernelTask of(Kernel6<KernelContext, IntArray, A, B, C, Integer> code, A a, B b, C c) {
        return new KernelTask(code, Frame.SIGNED, a, b, c);
    }

    /** The same with 4. */
    public static <A, B, C, D> KernelTask of(
            Kernel7<KernelContext, IntArray, A, B, C, D, Integer> code, A a, B b, C c, D d) {
        return new KernelTask(code, Frame.SIGNED, a, b, c, d);
    }

    /** The same with 5. */
    public static <A, B, C, D, E> KernelTask of(
            Kernel8<KernelContext, IntArray, A, B, C, D, E, Integer> code, A a, B b, C c, D d, E e) {
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e);
    }

    /** The same with 6. */
    public static <A, B, C, D, E, F> KernelTask of(
            Kernel9<KernelContext, IntArray, A, B, C, D, E, F, Integer> code, A a, B b, C c, D d, E e, F f) {
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f);
    }

    /** The same with 7. */
    public static <A, B, C, D, E, F, G> KernelTask of(
            Kernel10<KernelContext, IntArray, A, B, C, D, E, F, G, Integer> code, A a, B b, C c, D d, E e, F f, G g) {
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g);
    }

    /** The same with 8. */
    public static <A, B, C, D, E, F, G, H> KernelTask of(
            Kernel11<KernelContext, IntArray, A, B, C, D, E, F, G, H, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h) {
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h);
    }

    /** The same with 9. */
    public static <A, B, C, D, E, F, G, H, I> KernelTask of(
            Kernel12<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, Integer> code,
            A a,
            B b,
            C c,
            D d,
            E e,
            F f,
            G g,
            H h,
            I i) {
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i);
    }

    /** The same with 10. */
    public static <A, B, C, D, E, F, G, H, I, J> KernelTask of(
            Kernel13<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, Integer> code,
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
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i, j);
    }

    /** The same with 11. */
    public static <A, B, C, D, E, F, G, H, I, J, K> KernelTask of(
            Kernel14<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, Integer> code,
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
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i, j, k);
    }

    /** The same with 12. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L> KernelTask of(
            Kernel15<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, Integer> code,
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
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i, j, k, l);
    }

    /** The same with 13. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M> KernelTask of(
            Kernel16<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, Integer> code,
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
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i, j, k, l, m);
    }

    /** The same with 14. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N> KernelTask of(
            Kernel17<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, Integer> code,
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
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    }

    /** The same with 15. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O> KernelTask of(
            Kernel18<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, Integer> code,
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
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
    }

    /** The same with 16. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P> KernelTask of(
            Kernel19<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Integer> code,
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
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
    }

    /** The same with 17. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q> KernelTask of(
            Kernel20<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, Integer> code,
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
        return new KernelTask(code, Frame.SIGNED, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
    }

    /**
     * A kernel that needs a place more than TornadoVM has: it finds its signature in the upper bits of its flags.
     *
     * @see PackedSignature
     */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P> KernelTask packed(
            Kernel20<KernelContext, IntArray, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Integer, Float> code,
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
        return new KernelTask(code, Frame.PACKED, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, flags, scale);
    }

    /** A kernel without run table and signature, with 3 arguments after its context. */
    public static <A, B, C> KernelTask unsigned(Kernel4<KernelContext, A, B, C> code, A a, B b, C c) {
        return new KernelTask(code, Frame.UNSIGNED, a, b, c);
    }

    /** The same with 4. */
    public static <A, B, C, D> KernelTask unsigned(Kernel5<KernelContext, A, B, C, D> code, A a, B b, C c, D d) {
        return new KernelTask(code, Frame.UNSIGNED, a, b, c, d);
    }

    /** The same with 11. */
    public static <A, B, C, D, E, F, G, H, I, J, K> KernelTask unsigned(
            Kernel12<KernelContext, A, B, C, D, E, F, G, H, I, J, K> code,
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
        return new KernelTask(code, Frame.UNSIGNED, a, b, c, d, e, f, g, h, i, j, k);
    }
}
