package uk.ac.manchester.tornado.api;

import io.deltarule.emulator.GraphDefinition;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task1;
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
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task20;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task3;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task4;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task7;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task8;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task9;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;

/** Tasks that run one after the other on a device, and the arrays that cross between it and the host. */
public class TaskGraph {

    private final GraphDefinition definition;

    public TaskGraph(String name) {
        definition = new GraphDefinition(name);
    }

    public String getTaskGraphName() {
        return definition.name();
    }

    /** Copies arrays to the device before the tasks run; which times, the {@link DataTransferMode} tells. */
    public TaskGraph transferToDevice(int mode, Object... objects) {
        definition.addTransferToDevice(mode, objects);
        return this;
    }

    /** Copies arrays back after the tasks ran: each time, or with UNDER_DEMAND only when the result is asked to. */
    public TaskGraph transferToHost(int mode, Object... objects) {
        definition.addTransferToHost(mode, objects);
        return this;
    }

    /** Keeps arrays on the device, for a graph executed right after this one. */
    public TaskGraph persistOnDevice(Object... objects) {
        definition.addTransferToHost(DataTransferMode.UNDER_DEMAND, objects);
        return this;
    }

    /** Uses the arrays that the named graph, executed right before, keeps on the device. */
    public TaskGraph consumeFromDevice(String sourceTaskGraphName, Object... objects) {
        definition.addConsumed(sourceTaskGraphName, objects);
        return this;
    }

    /** Uses the arrays that the graph executed right before keeps on the device. */
    public TaskGraph consumeFromDevice(Object... objects) {
        definition.addConsumed(null, objects);
        return this;
    }

    /** The graph as it is now, ready for a plan. */
    public ImmutableTaskGraph snapshot() {
        return new ImmutableTaskGraph(definition.copy());
    }

    public TaskGraph task(String id, Task code) {
        return add(id, code, Task.class);
    }

    public <T1> TaskGraph task(String id, Task1<T1> code, T1 a) {
        return add(id, code, Task1.class, a);
    }

    public <T1, T2> TaskGraph task(String id, Task2<T1, T2> code, T1 a, T2 b) {
        return add(id, code, Task2.class, a, b);
    }

    public <T1, T2, T3> TaskGraph task(String id, Task3<T1, T2, T3> code, T1 a, T2 b, T3 c) {
        return add(id, code, Task3.class, a, b, c);
    }

    public <T1, T2, T3, T4> TaskGraph task(String id, Task4<T1, T2, T3, T4> code, T1 a, T2 b, T3 c, T4 d) {
        return add(id, code, Task4.class, a, b, c, d);
    }

    public <T1, T2, T3, T4, T5> TaskGraph task(
            String id, Task5<T1, T2, T3, T4, T5> code, T1 a, T2 b, T3 c, T4 d, T5 e) {
        return add(id, code, Task5.class, a, b, c, d, e);
    }

    public <T1, T2, T3, T4, T5, T6> TaskGraph task(
            String id, Task6<T1, T2, T3, T4, T5, T6> code, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f) {
        return add(id, code, Task6.class, a, b, c, d, e, f);
    }

    public <T1, T2, T3, T4, T5, T6, T7> TaskGraph task(
            String id, Task7<T1, T2, T3, T4, T5, T6, T7> code, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g) {
        return add(id, code, Task7.class, a, b, c, d, e, f, g);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8> TaskGraph task(
            String id, Task8<T1, T2, T3, T4, T5, T6, T7, T8> code, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h) {
        return add(id, code, Task8.class, a, b, c, d, e, f, g, h);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9> TaskGraph task(
            String id,
            Task9<T1, T2, T3, T4, T5, T6, T7, T8, T9> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i) {
        return add(id, code, Task9.class, a, b, c, d, e, f, g, h, i);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> TaskGraph task(
            String id,
            Task10<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j) {
        return add(id, code, Task10.class, a, b, c, d, e, f, g, h, i, j);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> TaskGraph task(
            String id,
            Task11<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k) {
        return add(id, code, Task11.class, a, b, c, d, e, f, g, h, i, j, k);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> TaskGraph task(
            String id,
            Task12<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l) {
        return add(id, code, Task12.class, a, b, c, d, e, f, g, h, i, j, k, l);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> TaskGraph task(
            String id,
            Task13<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l,
            T13 m) {
        return add(id, code, Task13.class, a, b, c, d, e, f, g, h, i, j, k, l, m);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> TaskGraph task(
            String id,
            Task14<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l,
            T13 m,
            T14 n) {
        return add(id, code, Task14.class, a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> TaskGraph task(
            String id,
            Task15<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l,
            T13 m,
            T14 n,
            T15 o) {
        return add(id, code, Task15.class, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> TaskGraph task(
            String id,
            Task16<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l,
            T13 m,
            T14 n,
            T15 o,
            T16 p) {
        return add(id, code, Task16.class, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17> TaskGraph task(
            String id,
            Task17<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l,
            T13 m,
            T14 n,
            T15 o,
            T16 p,
            T17 q) {
        return add(id, code, Task17.class, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18> TaskGraph task(
            String id,
            Task18<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l,
            T13 m,
            T14 n,
            T15 o,
            T16 p,
            T17 q,
            T18 r) {
        return add(id, code, Task18.class, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19> TaskGraph task(
            String id,
            Task19<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l,
            T13 m,
            T14 n,
            T15 o,
            T16 p,
            T17 q,
            T18 r,
            T19 s) {
        return add(id, code, Task19.class, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
    }

    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19, T20> TaskGraph task(
            String id,
            Task20<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19, T20> code,
            T1 a,
            T2 b,
            T3 c,
            T4 d,
            T5 e,
            T6 f,
            T7 g,
            T8 h,
            T9 i,
            T10 j,
            T11 k,
            T12 l,
            T13 m,
            T14 n,
            T15 o,
            T16 p,
            T17 q,
            T18 r,
            T19 s,
            T20 t) {
        return add(id, code, Task20.class, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
    }

    private TaskGraph add(String id, Object code, Class<?> type, Object... arguments) {
        definition.addTask(id, code, type, arguments);
        return this;
    }
}
