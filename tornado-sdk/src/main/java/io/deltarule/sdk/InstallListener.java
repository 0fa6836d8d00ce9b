package io.deltarule.sdk;

/** Whom a long installation tells what it does. */
public interface InstallListener {
    /** Tells nobody. */
    InstallListener SILENT = new InstallListener() {
        @Override
        public void doing(String what) {}

        @Override
        public void note(String line) {}
    };

    /** What is going on, many times a second; for a line that is redrawn. */
    void doing(String what);

    /** Something to be read: one line, said once. */
    void note(String line);
}
