package io.deltarule.cli.operation;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Variant;

/**
 * One operation as a file describes it, checked.
 *
 * @param variant which member of the family
 * @param inputs its tensors
 * @param shape their lengths
 * @param scale what the read-out is multiplied by
 * @param cotangents gradients of its outputs, null unless they were asked for
 */
record LoadedOperation(
        Variant variant, DeltaInputs inputs, DeltaShape shape, double scale, DeltaCotangents cotangents) {}
