package io.deltarule.core.cpu;

/** One whose part computes nothing, to be refused. */
public class WrongBenchmark extends HotPartBenchmark {
    @Override
    HotPart part() {
        return new HotPart() {
            @Override
            void prepare() {}

            @Override
            void run() {}

            @Override
            void check() {
                throw new AssertionError("found NaN");
            }
        };
    }
}
