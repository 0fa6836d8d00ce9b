package io.deltarule.sdk.download;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.sdk.SdkRelease;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Where checksums are published. TornadoVM's release workflow writes none; GitHub computes one of each asset and gives
 * it in the release's description (field digest). A mirror may put FILE.sha256 beside FILE.
 */
public final class ChecksumSource {
    private static final int LONGEST_ANSWER = 4 << 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final HttpClient client;

    public ChecksumSource(HttpClient client) {
        this.client = client;
    }

    /**
     * From a release's description.
     *
     * @param descriptions the folder of releases' descriptions, by tag
     * @param release which
     */
    public Optional<Checksum> described(URI descriptions, SdkRelease release) throws InterruptedException {
        URI address = URI.create(descriptions + "/v" + release.version());
        Optional<String> text = get(address);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            for (JsonNode asset : new ObjectMapper().readTree(text.get()).path("assets")) {
                String digest = asset.path("digest").asText("").toLowerCase(Locale.ROOT);
                if (asset.path("name").asText("").equals(release.archive())
                        && digest.startsWith("sha256:")
                        && Checksum.isSha256(digest.substring("sha256:".length()))) {
                    return Optional.of(new Checksum(digest.substring("sha256:".length()), address.toString()));
                }
            }
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** From a file of the same name and .sha256. */
    public Optional<Checksum> beside(URI archive) throws InterruptedException {
        if (archive.getRawQuery() != null) {
            return Optional.empty();
        }
        URI address = URI.create(archive + ".sha256");
        return get(address)
                .map(text -> text.strip().split("\\s+", 2)[0])
                .filter(Checksum::isSha256)
                .map(hex -> new Checksum(hex.toLowerCase(Locale.ROOT), address.toString()));
    }

    private Optional<String> get(URI address) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(TIMEOUT)
                .header("User-Agent", "deltarule")
                .build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                return response.statusCode() == 200
                        ? Optional.of(new String(body.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8))
                        : Optional.empty();
            }
        } catch (IOException none) {
            return Optional.empty();
        }
    }
}
