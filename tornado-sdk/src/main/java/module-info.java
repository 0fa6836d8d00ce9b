/** TornadoVM's SDK: finding, installing and describing it, for the command line. */
module io.deltarule.sdk {
    requires com.fasterxml.jackson.databind;
    requires java.net.http;
    requires org.apache.commons.compress;

    exports io.deltarule.sdk to
            io.deltarule.cli;
    exports io.deltarule.sdk.driver to
            io.deltarule.cli;
    exports io.deltarule.sdk.install to
            io.deltarule.cli;
    exports io.deltarule.sdk.pack to
            io.deltarule.cli;
    exports io.deltarule.sdk.search to
            io.deltarule.cli;
}
