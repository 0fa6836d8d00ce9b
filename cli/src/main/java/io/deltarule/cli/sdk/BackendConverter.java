package io.deltarule.cli.sdk;

import io.deltarule.sdk.Backend;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --backend}. */
final class BackendConverter implements ITypeConverter<Backend> {
    @Override
    public Backend convert(String text) {
        return Backend.named(text)
                .orElseThrow(() -> new TypeConversionException(
                        "expected one of " + Backend.names() + " but found '" + text + "'"));
    }
}
