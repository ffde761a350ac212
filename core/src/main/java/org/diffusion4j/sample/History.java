package org.diffusion4j.sample;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.bytedeco.pytorch.Tensor;

/** The last few tensors of a multistep solver, newest first; owns them from step to step. Local to a call, not thread-safe. */
public final class History implements AutoCloseable {

    private final int limit;
    private final Deque<Tensor> newestFirst = new ArrayDeque<>();

    /** Keeps at most {@code limit}. */
    public History(int limit) {
        this.limit = limit;
    }

    /** Keeps a tensor that was made in an open scope, and frees the oldest where there are too many. */
    public void push(Tensor made) {
        made.retainReference();
        newestFirst.addFirst(made);
        if (newestFirst.size() > limit) {
            newestFirst.removeLast().releaseReference();
        }
    }

    /** How many there are. */
    public int size() {
        return newestFirst.size();
    }

    /** The k-th newest, from 0; valid until it is pushed out. */
    public Tensor get(int k) {
        Iterator<Tensor> at = newestFirst.iterator();
        for (int i = 0; i < k; i++) {
            at.next();
        }
        return at.next();
    }

    @Override
    public void close() {
        while (!newestFirst.isEmpty()) {
            newestFirst.removeLast().releaseReference();
        }
    }
}
