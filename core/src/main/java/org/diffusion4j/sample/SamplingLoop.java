package org.diffusion4j.sample;

import java.util.OptionalInt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Carried;
import org.diffusion4j.schedule.TimeGrid;

/**
 * The loop of every sampler: step after step along a grid, without gradients, in one scope a step. x is the one tensor that
 * survives a step; everything else dies with the step's scope, also when the model or the listener throws.
 */
public final class SamplingLoop {

    /** One step of a sampler. */
    @FunctionalInterface
    public interface Move {

        /**
         * Goes from {@code grid.time(i)} to {@code grid.next(i)}.
         *
         * @param x the sample at {@code grid.time(i)}, borrowed
         */
        Moved from(Tensor x, int i);
    }

    /** Where a step arrived, and the clean sample that it saw. */
    public record Moved(Tensor x, Tensor x0) {}

    private SamplingLoop() {}

    /** Walks the grid; the result is the caller's. */
    public static Tensor along(TimeGrid grid, Tensor start, SampleListener listener, Move move) {
        try (Carried x = new Carried(start);
                AutoGradMode noGrad = new AutoGradMode(false)) {
            for (int i = 0; i < grid.steps(); i++) {
                Cancellation.checkpoint();
                try (PointerScope step = new PointerScope()) {
                    Moved moved = move.from(x.get(), i);
                    x.set(moved.x());
                    listener.onStep(new SampleListener.Step(
                            i, OptionalInt.of(grid.steps()), grid.next(i), x.get(), moved.x0()));
                }
            }
            return x.handOver();
        }
    }
}
