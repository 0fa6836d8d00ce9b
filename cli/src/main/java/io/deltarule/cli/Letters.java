package io.deltarule.cli;

/**
 * Letters of arguments that Java could not read: it decodes them by the locale, and under one that is not set or not installed
 * as ASCII. The launcher sets another; whoever starts java without it is told to.
 */
final class Letters {
    private static final char REPLACEMENT = '\uFFFD';

    private Letters() {}

    /**
     * What is wrong, in one line; null if nothing is.
     *
     * @param args as Java gave them
     */
    static String lost(String... args) {
        return lost(System.getProperty("sun.jnu.encoding", "UTF-8"), args);
    }

    static String lost(String encoding, String... args) {
        if (!encoding.equals("UTF-8")) { // which can spell the replacement character itself
            for (String arg : args) {
                if (arg.indexOf(REPLACEMENT) >= 0) {
                    return "expected arguments in this locale's encoding, " + encoding + ", but found '" + arg
                            + "', whose letters it does not have; set LC_ALL=C.UTF-8, or start ./deltarule, which does";
                }
            }
        }
        return null;
    }
}
