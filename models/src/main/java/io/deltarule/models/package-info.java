/**
 * Layers and blocks as lists of operations: each class turns its configuration into operations from one slot to another,
 * and the result runs on every engine.
 *
 * <pre>
 *   DeltaNetLayer  GatedDeltaNetLayer  KdaLayer  GatedDeltaProductLayer     a write, a linear read
 *   DeltaLensLayer                                                         any of these writes, a selective read as well
 *   AttentionLayer                                                         softmax attention, full or over a window
 *   SwiGluBlock                                                            the feed-forward part
 *   Block → BlockStack                                                     residual blocks; hybrids interleave them
 * </pre>
 *
 * Weights are named as flash-linear-attention names them, after the layer's prefix.
 */
package io.deltarule.models;
