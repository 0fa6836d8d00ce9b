package io.deltarule.sdk.archive;

import java.util.ArrayList;
import java.util.List;

/** Names in an archive, which may be made to lead anywhere: only plain relative ones pass. */
final class EntryPath {
    private static final int LONGEST = 1000;
    private static final int LONGEST_PART = 255;

    private EntryPath() {}

    /**
     * Checks a name and splits it.
     *
     * @param name as the archive has it
     * @return its parts, none of them empty, "." or ".."; none at all for the archive's own folder
     * @throws DamagedArchiveException if it could mean anything but a file below the folder it is unpacked to
     */
    static List<String> parts(String name) throws DamagedArchiveException {
        if (name.isEmpty() || name.length() > LONGEST) {
            throw refused(name, "is empty or longer than " + LONGEST + " characters");
        }
        if (name.startsWith("/")) {
            throw refused(name, "is absolute");
        }
        // A colon is a drive or a second stream on Windows, and a backslash separates there.
        if (name.chars().anyMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c))) {
            throw refused(name, "holds a backslash, a colon or a control character");
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw refused(name, "leads out of its folder");
            }
            if (part.length() > LONGEST_PART) {
                throw refused(name, "has a part longer than " + LONGEST_PART + " characters");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts;
    }

    private static DamagedArchiveException refused(String name, String why) {
        return new DamagedArchiveException("the name '" + name + "' " + why);
    }
}
