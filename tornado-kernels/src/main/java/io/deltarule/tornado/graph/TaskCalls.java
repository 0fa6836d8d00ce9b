package io.deltarule.tornado.graph;

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

/** TornadoVM takes no list of arguments but has an interface and a method for each number of them. */
final class TaskCalls {
    private TaskCalls() {}

    /** The interface of kernels with so many arguments. */
    static Class<?> type(int arguments) {
        return switch (arguments) {
            case 4 -> Task4.class;
            case 5 -> Task5.class;
            case 6 -> Task6.class;
            case 7 -> Task7.class;
            case 8 -> Task8.class;
            case 9 -> Task9.class;
            case 10 -> Task10.class;
            case 11 -> Task11.class;
            case 12 -> Task12.class;
            case 13 -> Task13.class;
            case 14 -> Task14.class;
            case 15 -> Task15.class;
            case 16 -> Task16.class;
            case 17 -> Task17.class;
            case 18 -> Task18.class;
            case 19 -> Task19.class;
            case 20 -> Task20.class;
            default -> throw tooMany(arguments);
        };
    }

    private static IllegalArgumentException tooMany(int arguments) {
        return new IllegalArgumentException("kernel: expected 4 to 20 arguments but found " + arguments);
    }

    /** Adds a kernel to a graph; types were checked where its task was made. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static void add(TaskGraph graph, String name, Object code, Object... a) {
        switch (a.length) {
            case 4 -> graph.task(name, (Task4) code, a[0], a[1], a[2], a[3]);
            case 5 -> graph.task(name, (Task5) code, a[0], a[1], a[2], a[3], a[4]);
            case 6 -> graph.task(name, (Task6) code, a[0], a[1], a[2], a[3], a[4], a[5]);
            case 7 -> graph.task(name, (Task7) code, a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
            case 8 -> graph.task(name, (Task8) code, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
            case 9 -> graph.task(name, (Task9) code, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]);
            case 10 -> graph.task(name, (Task10) code, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
            case 11 ->
                graph.task(name, (Task11) code, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10]);
            case 12 ->
                graph.task(
                        name, (Task12) code, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11]);
            case 13 ->
                graph.task(
                        name,
                        (Task13) code,
                        a[0],
                        a[1],
                        a[2],
                        a[3],
                        a[4],
                        a[5],
                        a[6],
                        a[7],
                        a[8],
                        a[9],
                        a[10],
                        a[11],
                        a[12]);
            case 14 ->
                graph.task(
                        name,
                        (Task14) code,
                        a[0],
                        a[1],
                        a[2],
                        a[3],
                        a[4],
                        a[5],
                        a[6],
                        a[7],
                        a[8],
                        a[9],
                        a[10],
                        a[11],
                        a[12],
                        a[13]);
            case 15 ->
                graph.task(
                        name,
                        (Task15) code,
                        a[0],
                        a[1],
                        a[2],
                        a[3],
                        a[4],
                        a[5],
                        a[6],
                        a[7],
                        a[8],
                        a[9],
                        a[10],
                        a[11],
                        a[12],
                        a[13],
                        a[14]);
            case 16 ->
                graph.task(
                        name,
                        (Task16) code,
                        a[0],
                        a[1],
                        a[2],
                        a[3],
                        a[4],
                        a[5],
                        a[6],
                        a[7],
                        a[8],
                        a[9],
                        a[10],
                        a[11],
                        a[12],
                        a[13],
                        a[14],
                        a[15]);
            case 17 ->
                graph.task(
                        name,
                        (Task17) code,
                        a[0],
                        a[1],
                        a[2],
                        a[3],
                        a[4],
                        a[5],
                        a[6],
                        a[7],
                        a[8],
                        a[9],
                        a[10],
                        a[11],
                        a[12],
                        a[13],
                        a[14],
                        a[15],
                        a[16]);
            case 18 ->
                graph.task(
                        name,
                        (Task18) code,
                        a[0],
                        a[1],
                        a[2],
                        a[3],
                        a[4],
                        a[5],
                        a[6],
                        a[7],
                        a[8],
                        a[9],
                        a[10],
                        a[11],
                        a[12],
                        a[13],
                        a[14],
                        a[15],
                        a[16],
                        a[17]);
            case 19 ->
                graph.task(
                        name,
                        (Task19) code,
                        a[0],
                        a[1],
                        a[2],
                        a[3],
                        a[4],
                        a[5],
                        a[6],
                        a[7],
                        a[8],
                        a[9],
                        a[10],
                        a[11],
                        a[12],
                        a[13],
                        a[14],
                        a[15],
                        a[16],
                        a[17],
                        a[18]);
            case 20 ->
                graph.task(
                        name,
                        (Task20) code,
                        a[0],
                        a[1],
                        a[2],
                        a[3],
                        a[4],
                        a[5],
                        a[6],
                        a[7],
                        a[8],
                        a[9],
                        a[10],
                        a[11],
                        a[12],
                        a[13],
                        a[14],
                        a[15],
                        a[16],
                        a[17],
                        a[18],
                        a[19]);
            default -> throw tooMany(a.length);
        }
    }
}
