package io.deltarule.core;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The members of the delta-rule family, each a map from its tensors to the inputs e, u and g of the one recurrence.
 *
 * <pre>
 *   variant               erase key e   write value u   log-decay g
 *   delta_rule            β k           β v             none            β in (0, 2): negative eigenvalues
 *   gated_delta_rule      β k           β v             per head
 *   kda                   β k           β v             per key channel
 *   comba                 β p           β v             per head
 *   gdn2                  b ⊙ k         w ⊙ v           per key channel
 *   gated_delta_product   β k           β v             any; n micro-steps per token
 *   deltalens             β k           β v             any; reads the state's rows with queries r as well
 *   ssd                   0             β v             any; Mamba-2 and gated linear attention: nothing is erased
 *   rwkv7                 β p           β v             per key channel; n micro-steps per token, two in RWKV-7
 * </pre>
 *
 * The write key is always k. Adding a variant is adding a constant here, a float64 reference, a row in the shared tests
 * and a benchmark row: no kernel changes.
 */
public enum Variant {
    /** DeltaNet, Yang et al. 2024, "Parallelizing Linear Transformers with the Delta Rule over Sequence Length". */
    DELTA_RULE(keyTimes(Input.BETA), valueTimes(Input.BETA), EnumSet.of(Gate.NONE), false),
    /** Gated DeltaNet, Yang, Kautz, Hatamizadeh 2024, arXiv:2412.06464, section 3. */
    GATED_DELTA_RULE(keyTimes(Input.BETA), valueTimes(Input.BETA), EnumSet.of(Gate.SCALAR), false),
    /** Kimi Delta Attention, Kimi Linear 2025, arXiv:2510.26692, section 3. */
    KDA(keyTimes(Input.BETA), valueTimes(Input.BETA), EnumSet.of(Gate.CHANNEL), false),
    /** Comba 2025, arXiv:2506.02475: a second key p does the erasing. */
    COMBA(new Term(Input.P, Input.BETA), valueTimes(Input.BETA), EnumSet.of(Gate.SCALAR), false),
    /** GDN-2: an erase gate per key channel and a write gate per value channel in place of β. */
    GDN2(keyTimes(Input.B), valueTimes(Input.W), EnumSet.of(Gate.CHANNEL), false),
    /**
     * DeltaProduct and its gated form, Siems et al. 2025, arXiv:2502.10297: n Householder factors per token. The paper has no
     * decay or one per head; one per key channel, as KDA has, is the same step.
     */
    GATED_DELTA_PRODUCT(keyTimes(Input.BETA), valueTimes(Input.BETA), EnumSet.allOf(Gate.class), true),
    /**
     * DeltaLens: writes like the (gated) delta rule or KDA, whichever its gate says, and always reads the state's rows
     * selectively as well. What is inferred rather than published is in docs/math/deltalens.md.
     */
    DELTALENS(keyTimes(Input.BETA), valueTimes(Input.BETA), EnumSet.allOf(Gate.class), false),
    /**
     * State-space duality, Dao and Gu 2024, arXiv:2405.21060, section 4: the erase key is zero, so that writes add up and only the decay
     * forgets. Mamba-2 with q = C, k = B, v = x, β = Δ ≥ 0 of any size, g = Δ A and scale 1; with a decay per key channel gated
     * linear attention, Yang et al. 2023, arXiv:2312.06635; without one linear attention.
     */
    SSD(null, valueTimes(Input.BETA), EnumSet.allOf(Gate.class), false),
    /**
     * RWKV-7, Peng et al. 2025, arXiv:2503.14456: S_t = Diag(w) S_{t-1} − (a ⊙ κ)(S_{t-1}ᵀ κ)ᵀ + k vᵀ, as two micro-steps, both with
     * β = 1. The first has p = κ ⊘ w, which finds in the decayed state what κ finds in the one before it, the key a ⊙ κ and value 0; the
     * second p = 0, the key k and value v.
     */
    RWKV7(new Term(Input.P, Input.BETA), valueTimes(Input.BETA), EnumSet.of(Gate.CHANNEL), true);

    private final Term eraseKey;
    private final Term writeValue;
    private final Set<Gate> gates;
    private final boolean manyHouseholders;

    Variant(Term eraseKey, Term writeValue, Set<Gate> gates, boolean manyHouseholders) {
        this.eraseKey = eraseKey;
        this.writeValue = writeValue;
        this.gates = gates;
        this.manyHouseholders = manyHouseholders;
    }

    private static Term keyTimes(Input gain) {
        return new Term(Input.K, gain);
    }

    private static Term valueTimes(Input gain) {
        return new Term(Input.V, gain);
    }

    /** Whether a token erases: false where e_t = 0, and then there is no {@link #eraseKey}. */
    public boolean erases() {
        return eraseKey != null;
    }

    /** The erase key e_t, null where it is zero. */
    public Term eraseKey() {
        return eraseKey;
    }

    /** The write value u_t. */
    public Term writeValue() {
        return writeValue;
    }

    /** The gates this variant is defined for. */
    public Set<Gate> gates() {
        return EnumSet.copyOf(gates);
    }

    /** Whether a token may take more than one micro-step. */
    public boolean manyHouseholders() {
        return manyHouseholders;
    }

    /** The tensors this variant reads besides g: always q, k, v, then its gains and second keys. Any may also have r. */
    public Set<Input> inputs() {
        EnumSet<Input> needed = EnumSet.of(Input.Q, Input.K, Input.V);
        needed.addAll(EnumSet.of(writeValue.vector(), writeValue.gain()));
        if (erases()) {
            needed.addAll(EnumSet.of(eraseKey.vector(), eraseKey.gain()));
        }
        if (this == DELTALENS) {
            needed.add(Input.R);
        }
        return needed;
    }

    /** The name used in files and on the command line, for example {@code gated_delta_rule}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The variant with the given name.
     *
     * @param id a name as in {@link #id()}
     * @return the variant
     * @throws InvalidInputException if there is none of that name; the message lists those there are
     */
    public static Variant named(String id) {
        for (Variant variant : values()) {
            if (variant.id().equals(id)) {
                return variant;
            }
        }
        throw new InvalidInputException("variant: expected one of "
                + Arrays.stream(values()).map(Variant::id).collect(Collectors.joining(", ")) + " but found '" + id
                + "'");
    }
}
