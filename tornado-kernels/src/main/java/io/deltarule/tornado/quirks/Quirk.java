package io.deltarule.tornado.quirks;

/**
 * What TornadoVM 5.2.0 does otherwise than one would think, what the engine does about it, where, and which test notices. Another
 * version of TornadoVM may do without some of it: then the class or the place that is named goes, and its line here.
 */
enum Quirk {
    FAILED_KERNELS_RUN_AS_JAVA(
            "A kernel that cannot be compiled or run is executed again as sequential Java, and the call returns normally.",
            "The option is switched off before TornadoVM starts; if it is on all the same, the engine is unavailable.",
            "quirks.RuntimeProperties",
            "quirks.RuntimePropertiesTest#setsWhatIsNotGiven"),
    MEMORY_IS_CAPPED(
            "A plan gets 4 GB of the device's memory, however much there is.",
            "The cap is lifted; plans count their bytes and are refused before they allocate.",
            "graph.DeviceMemory",
            "DeviceHandleTest#refusesAPlanThatTheDeviceCannotHold"),
    BYTECODE_OVERFLOWS(
            "A graph's own bytecode has 4096 bytes, and a buffer overflow says nothing of it.",
            "It gets room for as many tasks as a graph may have.",
            "quirks.RuntimeProperties",
            "TornadoLayerTest#aProgramTooDeepForOneGraphBecomesSeveral"),
    CONSTANT_CONDITIONS(
            "A late compiler phase turns conditions into constants that code generation cannot take, for example d < K at K = 128.",
            "The phase is switched off.",
            "quirks.RuntimeProperties",
            "quirks.RuntimePropertiesTest#setsWhatIsNotGiven"),
    TASKS_OVERFLOW(
            "A graph notes its tasks in 8192 bytes and 256 places; what is beyond fails with an overflow.",
            "A plan adds up what its launches take; a program that takes more becomes several graphs.",
            "quirks.GraphLimits",
            "TornadoGradientPlanTest#theLargestPlansFitOneGraph"),
    TWENTY_ARGUMENTS(
            "A task has at most 20 arguments.",
            "Where a kernel needs one more, two share an integer.",
            "quirks.PackedSignature",
            "delta.backward.KernelFlagsTest#aSignatureAndFlagsThatDoNotFitAreRefused"),
    SCALARS_ARE_CONSTANTS(
            "Numbers among the arguments are compiled in, so that another number means another compilation.",
            "Sizes of heads and chunks go that way; what changes from run to run is in an array.",
            "graph.RunTable",
            "TornadoPlanTest#aNewLengthDoesNotRecompile"),
    RESULTS_ARE_KEPT(
            "A plan object keeps the result of each of its executions for ever.",
            "Each execution goes through a fresh object.",
            "quirks.KeptResults",
            "quirks.KeptResultsTest#anExecutionGoesThroughAFreshObject"),
    THREADS_MIX_ARGUMENTS(
            "Plans that compile in two threads at the same time get each other's arguments.",
            "All device work of a JVM takes turns.",
            "quirks.OneAtATime",
            "TornadoPlanTest#threadsRunTheirOwnPlansAtTheSameTime"),
    ARRAYS_LEAK(
            "Closing a plan frees only arrays that some transfer names.",
            "Arrays that only kernels use are named in a transfer on demand that nobody asks for.",
            "graph.GraphTransfers",
            "TornadoGradientPlanTest#closingFreesTheDevicesMemory"),
    WRITE_ONLY_ARRAYS(
            "An array that its first kernel only writes is made write-only, though later kernels read it, which OpenCL leaves undefined; in a "
                    + "plan of several graphs not if a transfer on demand names it.",
            "All that kernels write is named on demand, and a plan of one graph gets another one that never runs.",
            "quirks.ReadableArrays",
            "TornadoPlanTest#computesOneTokenAsByHand"),
    KERNELS_DO_NOT_START(
            "Some drivers only print that a kernel was not started; and an array that kernels only write is never copied in, so that NaN in "
                    + "it proves nothing.",
            "Each kernel signs the run's number, and a missing signature is an error.",
            "graph.GraphPlan",
            "graph.RunTableTest#aKernelThatDidNotRunHasNotSigned"),
    GRIDS_WITHOUT_TASK(
            "A grid whose name fits no task goes unnoticed, and the task runs with a size of TornadoVM's own.",
            "Both names are made of one.",
            "graph.Launch",
            "TornadoPlanTest#computesOneTokenAsByHand"),
    SIZES_OF_LAUNCHES(
            "A launch of no work-items does nothing at all, and one of work-items that fill no whole work-groups only prints an error.",
            "Launches count work-groups; for none, one is launched that finds an empty chunk.",
            "graph.Launch",
            "graph.RunTableTest#aRunWithoutTokensHasAnEmptyChunkToLookAt"),
    WRITTEN_TWICE(
            "A graph is compiled for ever if a task seems to write one array through two arguments.",
            "Arrays that a kernel leaves alone are never the same as one that it writes.",
            "delta.ReadLaunches",
            "TornadoGradientPlanTest#anyShapeMatchesReference"),
    CONSUMED_ARRAYS(
            "A graph takes over what it consumes from the graph executed right before it, whichever that was.",
            "Every graph of a plan consumes all arrays that stay on the device; the first one executed makes them.",
            "quirks.SharedArrays",
            "TornadoPlanTest#keptStateCanBeReplacedAndReset"),
    SENT_AND_CONSUMED(
            "A graph that consumes an array and sends it sends it only if no task of it uses the array.",
            "Arrays that stay are sent by graphs whose one task works on something else.",
            "quirks.SharedArrays",
            "TornadoPlanTest#keptStateCanBeReplacedAndReset"),
    FREED_BY_GRAPH(
            "Closing a plan frees the arrays of the graph selected last alone, and an array that two graphs name twice, which fails.",
            "Graphs are freed one by one, those that own arrays and no other.",
            "graph.GraphPlan",
            "TornadoPlanTest#closingFreesTheDevicesMemory"),
    ARRAYS_OF_A_PLAN(
            "Two plans share no array on the device.",
            "Operations that hand arrays on are stages of one plan.",
            "graph.GraphPlan",
            "TornadoLayerTest#partsOfAProgramDoWhatTheWholeDoes"),
    PARTS_ARE_REMEMBERED(
            "After a part of an array was copied back, a copy of the whole has no more bytes than the part had.",
            "Every copy on demand is one of a part.",
            "graph.GraphPlan",
            "TornadoLayerTest#matchesReference"),
    RELAXED_MATHS(
            "OpenCL is compiled with relaxed maths, which may do anything with infinities and NaN.",
            "Kernels see large finite numbers; maxima begin with the smallest finite one.",
            "quirks.InfiniteDecays",
            "TornadoPlanTest#anInfiniteDecayIsAFullReset"),
    NAN_AS_A_CONSTANT(
            "A scalar argument that is NaN does not compile as OpenCL C.",
            "It is read from an array.",
            "quirks.SharedArrays",
            "TornadoLayerTest#partsOfAProgramDoWhatTheWholeDoes"),
    LOCAL_ARRAYS_IN_HELPERS(
            "A local array passed to another method compiles to wrong addresses without a word; its size has to be a constant.",
            "Kernels are one method each where they use local memory; the emulator refuses anything else.",
            "delta.ChunkScoreKernel",
            "TornadoEngineTest#chunkAndAutoMatchReference"),
    PARAMETER_NAMES(
            "A kernel's parameters keep their names in OpenCL C, where one called half does not compile.",
            "No parameter has the name of a type or word of OpenCL C.",
            "op.RotaryKernels",
            "TornadoLayerTest#matchesReference"),
    FLOAT_TO_LONG(
            "The conversion of a float to long goes by way of int, which saturates.",
            "Angles of rotary embeddings are put together from three ints.",
            "op.RotaryKernels",
            "TornadoLayerTest#anglesFarIntoTheContextKeepTheirFraction"),
    SHORTS_STAY_SHORT(
            "What the conversion of a float to bfloat16 gives is a short in all that is computed of it, so that a shift by 16 leaves nothing.",
            "The two halves of an int are put together as longs.",
            "delta.tensor.TileProductKernel",
            "TensorPrecisionTest#costsAtMostTwiceWhatRoundedInputsDo"),
    NO_BITS_OF_FLOATS(
            "Float.intBitsToFloat has no code on any backend, and bfloat16 none but on CUDA.",
            "Numbers of 16 bits are read and written by arithmetic.",
            "stored.BFloat16Numbers",
            "stored.NumberFormatTest#everyBfloat16IsRead"),
    ARGUMENTS_BY_VARIABLE_TABLE(
            "A kernel's arguments are taken from the table of its local variables, which compilers may leave out.",
            "Forms of kernels have it, with the types of the form.",
            "stored.KernelForm",
            "stored.KernelFormsTest#formsNameTheirArguments"),
    TRANSFERS_RESET_TIMES(
            "A transfer on demand resets the times of its execution, and tells none of its own.",
            "Times are read before it, and the clock measures it.",
            "graph.Stopwatch",
            "TornadoWorkTest#aProfiledRunSaysWhereItsTimeWent"),
    POWER_ONLY_IN_THE_LOG(
            "The profiler tells a task's power in the text that it writes, and nowhere else.",
            "The text is read.",
            "quirks.ProfileLog",
            "TornadoWorkTest#energyIsEachTasksPowerTimesItsTime"),
    COLOURED_ERRORS(
            "Messages are coloured for terminals, over several lines, and the compiler throws an Error of its own.",
            "They become one line that names the device.",
            "quirks.ColouredMessages",
            "DeviceHandleTest#whatTornadoVmThrowsBecomesOneLineThatNamesTheDevice");

    private final String happens;
    private final String answer;
    private final String place;
    private final String test;

    /**
     * One of them.
     *
     * @param happens what TornadoVM does
     * @param answer what the engine does about it
     * @param place the class that does, its package after io.deltarule.tornado
     * @param test the test that notices, likewise
     */
    Quirk(String happens, String answer, String place, String test) {
        this.happens = happens;
        this.answer = answer;
        this.place = place;
        this.test = test;
    }

    String happens() {
        return happens;
    }

    String answer() {
        return answer;
    }

    String place() {
        return place;
    }

    String test() {
        return test;
    }
}
