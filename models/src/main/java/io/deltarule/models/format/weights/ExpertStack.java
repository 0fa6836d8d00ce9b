package io.deltarule.models.format.weights;

/**
 * Where an expert's weights lie when a layer's experts are stacked in two tensors, gate_up_proj [E, 2·I, hidden] and
 * down_proj [E, hidden, I].
 *
 * @param experts E
 */
public record ExpertStack(int experts) {
    private static final String EXPERTS = "experts.";

    /**
     * The same where MLX stacked them: {@code switch_mlp.gate_proj.weight} [E, I, hidden], and so on.
     *
     * @param name as above
     * @param dims its shape
     */
    public WeightSource switched(String name, int[] dims) {
        int start = name.lastIndexOf(EXPERTS);
        int dot = name.indexOf('.', start + EXPERTS.length());
        long e = Long.parseLong(name.substring(start + EXPERTS.length(), dot));
        String stack = name.substring(0, start) + "switch_mlp." + name.substring(dot + 1);
        return WeightSource.rows(stack, e * dims[0], experts, dims[0], dims[1]);
    }

    /** Whether a name is that of an expert's weight. */
    public static boolean holds(String name) {
        return name.contains("." + EXPERTS);
    }

    /**
     * Where one expert's weight is in its layer's stack.
     *
     * @param name {@code …experts.e.gate_proj.weight} or up or down
     * @param dims its shape
     */
    public WeightSource source(String name, int[] dims) {
        int start = name.lastIndexOf(EXPERTS) + EXPERTS.length();
        return source(name, dims, name.substring(0, start) + "gate_up_proj", name.substring(0, start) + "down_proj");
    }

    /**
     * The same where the two stacks have other names.
     *
     * @param gateAndUp [E, 2·I, hidden], an expert's gate first
     * @param down [E, hidden, I]
     */
    public WeightSource source(String name, int[] dims, String gateAndUp, String down) {
        int start = name.lastIndexOf(EXPERTS) + EXPERTS.length();
        int dot = name.indexOf('.', start);
        long e = Long.parseLong(name.substring(start, dot));
        return switch (name.substring(dot + 1)) {
            case "gate_proj.weight" -> WeightSource.rows(gateAndUp, 2 * e * dims[0], experts, 2 * dims[0], dims[1]);
            case "up_proj.weight" -> WeightSource.rows(gateAndUp, (2 * e + 1) * dims[0], experts, 2 * dims[0], dims[1]);
            default -> WeightSource.rows(down, e * dims[0], experts, dims[0], dims[1]);
        };
    }
}
