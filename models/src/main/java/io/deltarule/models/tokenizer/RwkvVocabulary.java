package io.deltarule.models.tokenizer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * RWKV's "World" vocabulary: a line for each token, its id, a blank, the token as Python writes a text or bytes, a blank and how many
 * bytes it has. Ids begin at 1; 0, which has no line, ends a text. A text's UTF-8 is cut from its beginning on into the longest token that
 * stands there.
 */
public final class RwkvVocabulary implements ByteVocabulary {
    /** What the file is called in a model's folder. */
    public static final String FILE = "rwkv_vocab_v20230424.txt";

    /** The id that ends a text. */
    public static final int END = 0;

    /** Most bytes of a file; the published one has 1.1 MB. */
    private static final long LARGEST = 64L << 20;

    private final List<byte[]> tokens; // by id
    private final ByteTrie trie = new ByteTrie();

    private RwkvVocabulary(List<byte[]> tokens) {
        this.tokens = tokens;
        for (int id = 1; id < tokens.size(); id++) {
            trie.add(tokens.get(id), id);
        }
    }

    /**
     * Reads one.
     *
     * @throws IOException if the file cannot be read or is no UTF-8
     * @throws IllegalArgumentException if a line is no such token; the message names it
     */
    public static RwkvVocabulary read(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IllegalArgumentException("at most " + (LARGEST >> 20) + " MiB but " + (Files.size(file) >> 20));
        }
        List<byte[]> tokens = new ArrayList<>();
        tokens.add(new byte[0]);
        String[] lines = Files.readString(file, StandardCharsets.UTF_8).split("\n", -1);
        int count = lines[lines.length - 1].isEmpty() ? lines.length - 1 : lines.length;
        for (int i = 0; i < count; i++) {
            String line = lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
            try {
                tokens.add(token(line, tokens.size()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(e.getMessage() + " in line " + (i + 1), e);
            }
        }
        return new RwkvVocabulary(tokens);
    }

    private static byte[] token(String line, int next) {
        int first = line.indexOf(' ');
        int last = line.lastIndexOf(' ');
        if (first < 1
                || last == first
                || !line.substring(0, first).matches("[0-9]{1,9}")
                || !line.substring(last + 1).matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("no id, token and number of bytes with blanks between them");
        }
        int id = Integer.parseInt(line.substring(0, first));
        if (id != next) {
            throw new IllegalArgumentException(
                    "id " + id + (id < next ? " again" : "") + " where " + next + " comes next");
        }
        byte[] token = PythonLiteral.bytes(line.substring(first + 1, last));
        if (token.length == 0) {
            throw new IllegalArgumentException("a token without bytes");
        }
        if (token.length != Integer.parseInt(line.substring(last + 1))) {
            throw new IllegalArgumentException(
                    "a token of " + token.length + " bytes that is said to have " + line.substring(last + 1));
        }
        return token;
    }

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<Integer> ids = new ArrayList<>();
        int[] found = new int[2];
        for (int at = 0; at < bytes.length; at += found[1]) {
            if (!trie.longest(bytes, at, found)) {
                throw new IllegalArgumentException("byte " + (bytes[at] & 0xff) + " begins no token");
            }
            ids.add(found[0]);
        }
        return ids.stream().mapToInt(id -> id).toArray();
    }

    @Override
    public byte[] bytes(int id) {
        return id < 1 || id >= tokens.size() ? new byte[0] : tokens.get(id).clone();
    }
}
