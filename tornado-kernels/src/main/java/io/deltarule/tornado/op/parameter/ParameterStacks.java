package io.deltarule.tornado.op.parameter;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.training.ParameterLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Which trained weights share an array: those of a mixture's experts lie one after the other, also where only some of them are
 * trained; every other has one of its own.
 */
public final class ParameterStacks {
    /**
     * Neighbours of one array that an optimiser treats alike.
     *
     * @param stack the names whose array it is
     * @param first the first of its numbers
     * @param size how many they are
     * @param decays whether decay acts on them
     */
    public record Span(List<String> stack, int first, int size, boolean decays) {}

    private final ParameterLayout layout;
    /** The names in each array, in order; by each trained name. */
    private final Map<String, List<String>> byName = new LinkedHashMap<>();

    /**
     * Finds the experts of a program.
     *
     * @param layout what is trained
     * @throws InvalidInputException if an expert's weight is used by another operation in another way
     */
    public ParameterStacks(LayerProgram program, ParameterLayout layout) {
        this.layout = layout;
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (LayerOp op : program.ops()) {
            for (List<String> stack : stacks(op)) {
                for (String name : stack) {
                    List<String> before = all.putIfAbsent(name, stack);
                    if (before != null && !before.equals(stack) && layout.contains(name)) {
                        throw new InvalidInputException("weight " + name
                                + ": engine tornado trains an expert's weight in one"
                                + " mixture, but " + op.out().name() + " has it among others than an operation before"
                                + " does; train with engine cpu, or freeze it");
                    }
                }
            }
        }
        layout.entries().forEach(entry -> byName.put(entry.name(), all.get(entry.name())));
    }

    private static List<List<String>> stacks(LayerOp op) {
        List<List<String>> stacks = new ArrayList<>();
        List<String> single = new ArrayList<>(op.weights().keySet());
        if (op instanceof MatrixOp.Experts e) {
            for (IntFunction<String> one : List.<IntFunction<String>>of(e::gate, e::up, e::down)) {
                stacks.add(IntStream.range(0, e.experts()).mapToObj(one).toList());
                single.removeAll(stacks.getLast());
            }
        }
        single.forEach(name -> stacks.add(List.of(name)));
        return stacks;
    }

    /** The names in each array, in order; each has one that is trained or more. */
    List<List<String>> all() {
        return byName.values().stream().distinct().toList();
    }

    /** The array that a trained weight is in. */
    List<String> of(String name) {
        return byName.get(name);
    }

    /** How many numbers each weight of an array has. */
    int each(List<String> stack) {
        String trained = stack.stream().filter(layout::contains).findFirst().orElseThrow();
        return Math.toIntExact(layout.entry(trained).size());
    }

    /**
     * All that is trained, in as few pieces as an optimiser can take.
     *
     * @param decayed on which weights decay acts
     */
    public List<Span> spans(Predicate<String> decayed) {
        List<Span> spans = new ArrayList<>();
        for (List<String> stack : all()) {
            int each = each(stack);
            for (int i = 0; i < stack.size(); i++) {
                String name = stack.get(i);
                if (layout.contains(name)) {
                    add(new Span(stack, i * each, each, decayed.test(name)), spans);
                }
            }
        }
        return spans;
    }

    private static void add(Span next, List<Span> spans) {
        Span last = spans.isEmpty() ? null : spans.getLast();
        if (last != null
                && last.stack().equals(next.stack())
                && last.first() + last.size() == next.first()
                && last.decays() == next.decays()) {
            spans.set(spans.size() - 1, new Span(last.stack(), last.first(), last.size() + next.size(), last.decays()));
        } else {
            spans.add(next);
        }
    }
}
