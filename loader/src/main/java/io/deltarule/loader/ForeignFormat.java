package io.deltarule.loader;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Recognises the files most often taken for safetensors by their first bytes, to say what to do about them. */
enum ForeignFormat {
    GIT_LFS_POINTER("version ", "this looks like a Git LFS pointer: run `git lfs pull` to get the file itself"),
    PYTORCH("PK\3\4", "this looks like a PyTorch or zip file: save it as safetensors first"),
    GGUF("GGUF", "this looks like a GGUF file: give it as the model itself, --model FILE.gguf"),
    WEB_PAGE("<!DOCTYP", "this looks like a web page: fetch the file itself, not the page that describes it"),
    JSON("{", "this looks like a JSON file: give the safetensors file itself");

    private final byte[] start;
    private final String cure;

    ForeignFormat(String start, String cure) {
        this.start = start.getBytes(StandardCharsets.US_ASCII);
        this.cure = cure;
    }

    /** The advice for a file, of at least {@link Header#LENGTH_BYTES} bytes, whose header length makes no sense. */
    static String cure(MemorySegment file) {
        byte[] found = file.asSlice(0, Header.LENGTH_BYTES).toArray(ValueLayout.JAVA_BYTE);
        for (ForeignFormat format : values()) {
            if (format.matches(found)) {
                return format.cure;
            }
        }
        return SafetensorsException.DAMAGED;
    }

    private boolean matches(byte[] found) {
        for (int i = 0; i < start.length; i++) {
            if (found[i] != start[i]) {
                return false;
            }
        }
        return true;
    }
}
