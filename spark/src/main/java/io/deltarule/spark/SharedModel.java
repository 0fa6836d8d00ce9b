package io.deltarule.spark;

import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.corpus.PrefixStates;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Placement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.spark.SparkFiles;

/**
 * The models of this process. Tasks that want the same one share it: its weights are mapped once, and what prefixes leave is kept once. A
 * model that nobody uses stays open until another one is left idle, since the next stage most often wants it again.
 *
 * <p>Thread-safe.
 */
public final class SharedModel {
    /** Scheme of paths that were sent along with {@code SparkContext.addFile}. */
    public static final String SENT = "spark-file:";

    private static final int MOST_IDLE = 1;
    private static final Map<Key, SharedModel> OPEN = new HashMap<>();
    /** Of each accelerator: models on it run one at a time, whoever has opened them. */
    private static final Map<String, ReentrantLock> TURNS = new HashMap<>();

    private static long opened;
    private static final Set<Key> IDLE = new LinkedHashSet<>(); // the one left first comes first

    /** Engines with other numbers of threads make other plans, so tasks with other cores have a model of their own. */
    private record Key(ModelConfig config, int threads, String device) {}

    private final LanguageModel model;
    private final PrefixStates prefixes = new PrefixStates(PrefixStates.DEFAULT_BYTES);
    private final ReentrantLock turns; // null where tasks run side by side; one task may have several leases
    private int users;

    private SharedModel(LanguageModel model, ReentrantLock turns) {
        this.model = model;
        this.turns = turns;
    }

    /** The use of a model by one task. */
    public static final class Lease implements AutoCloseable {
        private final Key key;
        private final SharedModel shared;
        private boolean over;

        private Lease(Key key, SharedModel shared) {
            this.key = key;
            this.shared = shared;
        }

        /** The model; not to be closed. */
        public LanguageModel model() {
            return shared.model;
        }

        /** What prefixes leave in it. */
        public PrefixStates prefixes() {
            return shared.prefixes;
        }

        /** Gives it back, in the thread that has leased it; a second time does nothing. */
        @Override
        public void close() {
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
            }
            if (shared.turns != null) {
                shared.turns.unlock();
            }
            release(key);
        }
    }

    /** How many models this process has open, and how many of these nobody uses. */
    public static String counts() {
        synchronized (OPEN) {
            return OPEN.size() + " open, " + IDLE.size() + " idle";
        }
    }

    /** How often this process has opened a model. */
    static long opened() {
        synchronized (OPEN) {
            return opened;
        }
    }

    /** How many tasks of this process wait for their turn. */
    static int waiting() {
        synchronized (OPEN) {
            return TURNS.values().stream()
                    .mapToInt(ReentrantLock::getQueueLength)
                    .sum();
        }
    }

    /**
     * The model of a configuration, opened if this process has it not yet. On an accelerator it waits until no other task uses it.
     *
     * @return to be closed when the task is over
     * @throws InvalidInputException if there is no such model, or it is another than the configuration says
     * @throws EngineUnavailableException if this machine cannot run it
     */
    public static Lease lease(ModelConfig config) {
        EngineOfTask engine = EngineOfTask.of(config);
        Key key =
                new Key(config, EngineOfTask.threads(config), engine.placement().device());
        SharedModel shared;
        synchronized (OPEN) {
            shared = OPEN.get(key);
            if (shared == null) {
                shared = open(config, engine);
                opened++;
                OPEN.put(key, shared);
            }
            shared.users++;
            IDLE.remove(key);
        }
        if (shared.turns != null) {
            shared.turns.lock();
        }
        return new Lease(key, shared);
    }

    private static SharedModel open(ModelConfig config, EngineOfTask engine) {
        Path path = path(config.path());
        if (!Files.exists(path)) {
            throw new InvalidInputException(
                    "model: expected a folder or a GGUF file on every machine that computes but found no " + path
                            + " here; copy it there, or send it along");
        }
        LanguageModel model = LanguageModel.open(path, engine.placement(), config.type());
        String found = model.network().fingerprint();
        if (config.fingerprint() != null && !config.fingerprint().equals(found)) {
            model.close();
            throw new InvalidInputException("model: expected the one with fingerprint " + config.fingerprint()
                    + ", as the driver has it, but " + path + " here has " + found + "; copy it anew");
        }
        return new SharedModel(model, engine.alone() ? turns(engine.placement()) : null);
    }

    private static ReentrantLock turns(Placement placement) {
        String accelerator = placement.engine().name() + " " + placement.device();
        return TURNS.computeIfAbsent(accelerator, name -> new ReentrantLock(true));
    }

    private static Path path(String given) {
        return Path.of(given.startsWith(SENT) ? SparkFiles.get(given.substring(SENT.length())) : given);
    }

    private static void release(Key key) {
        synchronized (OPEN) {
            SharedModel shared = OPEN.get(key);
            shared.users--;
            if (shared.users == 0) {
                IDLE.add(key);
                Iterator<Key> first = IDLE.iterator();
                while (IDLE.size() > MOST_IDLE) {
                    OPEN.remove(first.next()).model.close();
                    first.remove();
                }
            }
        }
    }
}
