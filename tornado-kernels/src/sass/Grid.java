/**
 * How a kernel is launched.
 *
 * @param launch the launch's name
 * @param lanes threads of a block
 * @param groups blocks
 * @param table what the run table says
 */
record Grid(String launch, int lanes, int groups, int[] table) {
    /** Arrays have a header before their numbers. */
    private static final int HEADER = 16;
    /** Of the parameters, four of TornadoVM's come before the run table. */
    private static final int TABLE = 5;

    /** What a load of an address gives: numbers of the run table, else zero, which stands for any float. */
    int load(long address) {
        int place = ((int) address - HEADER) / 4;
        return address >> 32 == TABLE && place >= 0 && place < table.length ? table[place] : 0;
    }
}
