package uk.ac.manchester.tornado.api.enums;

/** Tiles of a matrix product: m rows, n columns, depth k. */
public enum MMAShape {
    M16N8K16("m16n8k16"),
    /** For operands of 8 bits, which the emulator has none of. */
    M16N8K32("m16n8k32");

    private final String ptxName;

    MMAShape(String ptxName) {
        this.ptxName = ptxName;
    }

    public String getPtxName() {
        return ptxName;
    }
}
