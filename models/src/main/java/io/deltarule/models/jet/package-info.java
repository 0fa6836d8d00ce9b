/** The layer of Jet-Nemotron. Start at {@link io.deltarule.models.jet.JetLayer}. */
package io.deltarule.models.jet;
