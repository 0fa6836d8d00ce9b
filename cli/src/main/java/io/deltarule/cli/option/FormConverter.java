package io.deltarule.cli.option;

import io.deltarule.core.Form;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --form}. */
public final class FormConverter implements ITypeConverter<Form> {
    @Override
    public Form convert(String text) {
        for (Form form : Form.values()) {
            if (form.id().equals(text)) {
                return form;
            }
        }
        throw new TypeConversionException("expected auto, chunk or recurrent but found '" + text + "'");
    }
}
