package io.deltarule.cli.option;

import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** As {@link TextParameter}, for an option that may be given several times. */
public final class TextsParameter implements IParameterConsumer {
    @Override
    @SuppressWarnings("JdkObsolete") // the library's own choice
    public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
        if (args.isEmpty()) {
            throw new ParameterException(
                    command.commandLine(), "expected a text after " + option + " but found none", option, null);
        }
        List<String> before = option.getValue();
        List<String> all = before == null ? new ArrayList<>() : new ArrayList<>(before);
        all.add(args.pop());
        option.setValue(all);
    }
}
