package io.deltarule.sdk;

/** Told what a long installation is doing. */
public interface InstallListener {
    /** Tells nobody. */
    InstallListener SILENT = new InstallListener() {
        @Override
        public void doing(String what) {}

        @Override
        public void note(String line) {}
    };

    /** Told many times a second what is going on, for a line that is redrawn. */
    void doing(String what);

    /** Told once something that the user should read, in one line. */
    void note(String line);
}
