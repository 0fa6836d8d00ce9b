package io.deltarule.models.corpus;

import io.deltarule.models.inference.ModelState;
import java.nio.IntBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What prefixes leave, shared by all tasks that run one model: each is read once and forked from then on. Which are kept changes no number,
 * since a prefix is always read by itself, in pieces of its own. The ones used least lately go first.
 *
 * <p>Thread-safe.
 */
public final class PrefixStates {
    /** 256 MiB. */
    public static final long DEFAULT_BYTES = 256L << 20;

    private record Key(IntBuffer ids, int piece) {}

    private final long most;
    private final Map<Key, ModelState> states = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long reads;

    /**
     * An empty store.
     *
     * @param most bytes that are kept; the state used last is kept in any case
     */
    public PrefixStates(long most) {
        this.most = most;
    }

    /** How many prefixes had to be read so far. */
    public synchronized long reads() {
        return reads;
    }

    /** The state after some ids; one thread reads while the others wait, since most of them want the same. */
    synchronized ModelState get(int[] ids, int piece, Supplier<ModelState> reader) {
        Key key = new Key(IntBuffer.wrap(ids.clone()), piece);
        ModelState state = states.get(key);
        if (state == null) {
            state = reader.get();
            reads++;
            bytes += state.bytes();
            states.put(key, state);
            var oldest = states.entrySet().iterator();
            while (bytes > most && states.size() > 1) {
                bytes -= oldest.next().getValue().bytes();
                oldest.remove();
            }
        }
        return state;
    }
}
