package io.deltarule.cli.chat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Messages that a person types on a terminal, with a line to edit and a history; a text that is pasted is one message. */
final class TypedMessages implements MessageSource {
    private static final String PROMPT = "> ";
    private static final String MORE = ". ";
    private static final int COLUMNS = 80;
    private static final int LINES = 24;

    private final Terminal terminal;
    private final LineReader reader;
    private final PrintWriter err;

    TypedMessages(PrintWriter err) {
        this.err = err;
        try {
            terminal = TerminalBuilder.builder()
                    .system(true)
                    .encoding(StandardCharsets.UTF_8)
                    .graphemeCluster(false) // which would ask the terminal questions that some print
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (terminal.getSize().getColumns() == 0) { // one that does not tell
            terminal.setSize(Size.of(COLUMNS, LINES));
        }
        DefaultParser asTyped = new DefaultParser().escapeChars(new char[0]).quoteChars(new char[0]);
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(asTyped)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    @Override
    public String next() {
        while (true) {
            try {
                String line = reader.readLine(PROMPT);
                return line.stripLeading().startsWith(PipedMessages.QUOTES) ? quoted(line) : line;
            } catch (UserInterruptException e) { // Ctrl-C where nothing is answered: the line is dropped
                if (e.getPartialLine() == null || e.getPartialLine().isBlank()) {
                    err.println("deltarule: Ctrl-D or /quit ends the conversation");
                }
            } catch (EndOfFileException e) {
                return null;
            }
        }
    }

    private String quoted(String line) {
        StringBuilder text = new StringBuilder(line.stripLeading().substring(PipedMessages.QUOTES.length()));
        while (text.indexOf(PipedMessages.QUOTES) < 0) {
            text.append(text.isEmpty() ? "" : "\n").append(reader.readLine(MORE));
        }
        return text.substring(0, text.indexOf(PipedMessages.QUOTES));
    }

    @Override
    public boolean interactive() {
        return true;
    }

    @Override
    public void close() {
        try {
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
