package io.deltarule.tornado.quirks;

/** TornadoVM 5.2.0 colours some of its exceptions' messages for terminals; here the colour is taken off. */
public final class ColouredMessages {
    private ColouredMessages() {}

    /** The text without terminal codes. */
    public static String plain(String text) {
        return text.replaceAll("\\e\\[[0-9;]*m", "");
    }

    /** Whether the error is one that TornadoVM's compiler throws where others throw exceptions. */
    public static boolean isTornados(Error error) {
        return error.getClass().getName().startsWith("uk.ac.manchester.tornado");
    }
}
