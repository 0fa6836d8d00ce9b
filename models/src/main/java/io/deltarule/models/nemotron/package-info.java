/**
 * Layers that only Nemotron-Flash has; the rest of it is made of the layers of {@code io.deltarule.models}, see {@code
 * format.family.NemotronFlashFormat}.
 */
package io.deltarule.models.nemotron;
