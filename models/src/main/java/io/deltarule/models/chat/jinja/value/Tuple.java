package io.deltarule.models.chat.jinja.value;

import java.util.AbstractList;
import java.util.List;

/** A tuple: a list that prints with parentheses. */
public final class Tuple extends AbstractList<Object> {
    private final List<Object> elements;

    public Tuple(List<Object> elements) {
        this.elements = elements;
    }

    @Override
    public Object get(int index) {
        return elements.get(index);
    }

    @Override
    public int size() {
        return elements.size();
    }
}
