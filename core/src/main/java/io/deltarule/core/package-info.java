/**
 * The delta rule as one recurrence: arguments, variants, engines and plans.
 *
 * <p>Per head, with state S of K rows and V columns, every variant is
 *
 * <pre>
 *   S'  = diag(exp g_t) S_{t-1}            decay first
 *   p_t = u_t - S'ᵀ e_t                    pseudo-value
 *   S_t = S' + k_t p_tᵀ                    write
 *   o_t = scale · S_tᵀ q_t                 read the updated state
 * </pre>
 *
 * with its own erase key e, write value u and log-decay g (see {@link io.deltarule.core.Variant}).
 *
 * <p>A caller builds {@link io.deltarule.core.DeltaInputs}, asks {@link io.deltarule.core.Engines} for an engine, makes
 * a {@link io.deltarule.core.DeltaPlan} from a {@link io.deltarule.core.PlanSpec} and runs it as often as it likes.
 */
package io.deltarule.core;
