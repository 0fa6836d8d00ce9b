/** Files on disk to typed weights. */
module io.deltarule.loader {
    requires com.fasterxml.jackson.databind;

    exports io.deltarule.loader;
}
