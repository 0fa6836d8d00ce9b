package io.deltarule.cli.option;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --storage}. */
public final class StorageConverter implements ITypeConverter<Storage> {
    @Override
    public Storage convert(String text) {
        try {
            return Storage.of(text);
        } catch (InvalidInputException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
