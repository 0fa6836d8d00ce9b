package io.deltarule.cli.option;

import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Takes what follows an option as its text whatever it looks like: a prompt may be {@code --json}, {@code @} or empty. */
public final class TextParameter implements IParameterConsumer {
    @Override
    @SuppressWarnings("JdkObsolete") // the library's own choice
    public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
        if (args.isEmpty()) {
            throw new ParameterException(
                    command.commandLine(),
                    "expected a text after " + option.toString() + " but found none",
                    option,
                    null);
        }
        if (option.getValue() != null) {
            throw new ParameterException(
                    command.commandLine(), "expected one " + option.toString() + " but found several", option, null);
        }
        option.setValue(args.pop());
    }
}
