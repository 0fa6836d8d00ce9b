package io.deltarule.cli.chat;

import io.deltarule.core.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A message per line of standard input; several lines between two of three quotation marks are one. */
final class PipedMessages implements MessageSource {
    static final String QUOTES = "\"\"\"";

    private final BufferedReader lines;

    PipedMessages(InputStream in) {
        // A decoder of its own refuses what is no UTF-8; a reader by charset would replace it.
        this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    @Override
    public String next() {
        String line = line();
        if (line == null || !line.stripLeading().startsWith(QUOTES)) {
            return line;
        }
        return quoted(line.stripLeading().substring(QUOTES.length()));
    }

    private String quoted(String first) {
        StringBuilder text = new StringBuilder();
        boolean begun = false;
        for (String line = first; line != null; line = line()) {
            int end = line.indexOf(QUOTES);
            if (end >= 0) {
                return text.append(line, 0, end).toString();
            }
            text.append(line);
            if (begun || !line.isEmpty()) {
                text.append('\n');
            }
            begun = true;
        }
        return text.toString(); // the input ended before the marks
    }

    private String line() {
        try {
            return lines.readLine();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException("standard input: expected UTF-8 text but found other bytes; convert it");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean interactive() {
        return false;
    }

    @Override
    public void close() {
        // standard input is the process's
    }
}
