/**
 * Layers and blocks as lists of operations: each class turns its configuration into operations from one slot to another,
 * and the result runs on every engine. Nothing here computes.
 *
 * <pre>
 *   DeltaNetLayer  GatedDeltaNetLayer  KdaLayer  GatedDeltaProductLayer     a write, a linear read
 *   Mamba2Layer                                                            a state without an erase key
 *   rwkv7.Rwkv7Layer                                                       erasing along one key, writing along another
 *   DeltaLensLayer                                                         any of these writes, a selective read as well
 *   AttentionLayer  LatentAttentionLayer                                   softmax attention, full or over a window
 *   SwiGluBlock  MixtureBlock                                              feed-forward parts: one, or a choice of experts
 *   Block  PostNormBlock  MixerBlock → BlockStack                          residual blocks; hybrids interleave them
 * </pre>
 *
 * Weights are named as flash-linear-attention names them, after the layer's prefix.
 *
 * <p>Uses {@code io.deltarule.core} and its {@code layer} package only: no files, no formats, no sessions. The rooms
 * {@code format} (published models) and {@code inference} (running them) are built on this one. Start with {@link
 * io.deltarule.models.Layer} and {@link io.deltarule.models.GatedDeltaNetLayer}; {@link
 * io.deltarule.models.ProgramBuilder} is what layers add their operations to.
 */
package io.deltarule.models;
