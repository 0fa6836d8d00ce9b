package io.deltarule.spark.job;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** This machine's files under a scheme that Hadoop does not know of itself. */
public final class ProbeFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
        return URI.create("probe:///");
    }

    @Override
    public String getScheme() {
        return "probe";
    }
}
