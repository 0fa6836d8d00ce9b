/**
 * Products of float32 matrices: the engine's own, in tiles that fit the registers, and OpenBLAS's; which are used is measured.
 * Start with {@link io.deltarule.core.cpu.product.Products} and {@link io.deltarule.core.cpu.product.ProductChoice}. For
 * layers' weights {@link io.deltarule.core.cpu.product.WeightBlock} and {@link io.deltarule.core.cpu.product.TokenPanels}.
 */
package io.deltarule.core.cpu.product;
