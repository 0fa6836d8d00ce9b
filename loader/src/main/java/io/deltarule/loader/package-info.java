/**
 * Files on disk to typed weights: the safetensors format and the GGUF format, read through a memory map and written whole or
 * not at all.
 *
 * <p>Start with {@link io.deltarule.loader.SafetensorsFile#open} and {@link io.deltarule.loader.SafetensorsWriter}, or with
 * {@link io.deltarule.loader.GgufFile#open} and {@link io.deltarule.loader.GgufWriter}. A test compiles and runs this example:
 *
 * {@snippet class="io.deltarule.loader.SafetensorsExampleTest" region="example"}
 *
 * <p>Uses a JSON parser (Jackson) and nothing of this project: it knows neither operations nor models. Inside, {@code Header}
 * is what a file's first bytes say ({@code HeaderParser} reads them, {@code DataLayout} checks that tensors tile the rest,
 * {@code HeaderEncoder} writes them), and {@code AtomicFile} is how files appear whole.
 *
 * <p>Whatever is wrong with a file comes as one {@link io.deltarule.loader.SafetensorsException} or {@link
 * io.deltarule.loader.GgufException}: its {@code Problem} tells causes apart, its message is one line for people.
 */
package io.deltarule.loader;
