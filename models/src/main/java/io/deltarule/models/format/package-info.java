/**
 * Published models on disk: a folder's {@code config.json} becomes programs, and its tensors become their weights.
 *
 * <pre>
 *   ModelFolder.open
 *     config.json      → config.ConfigObject → family.ModelFormat → ModelPrograms (programs; names.… of their weights in the files)
 *     tensors on disk  → weights.WeightBinder → Weights, in place wherever that is possible
 *
 *   ModelTemplates, RandomModel    the way back: a small config of a format, and a folder of random weights for it
 * </pre>
 *
 * Uses {@code io.deltarule.models} (layers), {@code config}, {@code family}, {@code names} and {@code weights} below it, and the loader. It runs nothing:
 * {@code io.deltarule.models.inference} does. Start with {@link io.deltarule.models.format.ModelFolder}, then read one format,
 * for example {@code family.OlmoHybridFormat}. docs/models.md lists keys, tensors and what is refused.
 */
package io.deltarule.models.format;
