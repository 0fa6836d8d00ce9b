package io.deltarule.core.engine;

import io.deltarule.core.Input;
import io.deltarule.core.resident.Output;

/** Which of an operation's tensors. */
public sealed interface ResidentPlace {
    /** Its name in operation files. */
    String id();

    /** An input. */
    record OfInput(Input input) implements ResidentPlace {
        @Override
        public String id() {
            return input.id();
        }
    }

    /** The state before the first token. */
    record InitialState() implements ResidentPlace {
        @Override
        public String id() {
            return "initial_state";
        }
    }

    /** An output. */
    record OfOutput(Output output) implements ResidentPlace {
        @Override
        public String id() {
            return output.id();
        }
    }

    /** The gradient of another. */
    record GradientOf(ResidentPlace place) implements ResidentPlace {
        @Override
        public String id() {
            return "d_" + place.id();
        }
    }

    /** Whether callers set it; otherwise runs write it. */
    default boolean given() {
        return switch (this) {
            case OfInput _, InitialState _ -> true;
            case OfOutput _ -> false;
            case GradientOf gradient -> !gradient.place().given();
        };
    }

    /** Whether only backward passes read or write it. */
    default boolean backward() {
        return this instanceof GradientOf;
    }
}
