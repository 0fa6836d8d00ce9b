/**
 * Files on disk to typed weights: the safetensors format, read through a memory map and written whole or not at all.
 *
 * <p>Start with {@link io.deltarule.loader.SafetensorsFile#open} and {@link io.deltarule.loader.SafetensorsWriter}. A
 * test compiles and runs this example:
 *
 * {@snippet class="io.deltarule.loader.SafetensorsExampleTest" region="example"}
 *
 * <p>Whatever is wrong with a file comes as one {@link io.deltarule.loader.SafetensorsException}: its
 * {@link io.deltarule.loader.SafetensorsException.Problem} tells causes apart, its message is one line for people.
 */
package io.deltarule.loader;
