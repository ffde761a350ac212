package org.diffusion4j.benchmarks;

import static org.diffusion4j.benchmarks.Benchmarks.print;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.diffusion4j.Diffusion;
import org.diffusion4j.engine.Streams;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.sample.SampleSettings;

/** A service: how many drawings a second, and how long the slowest hundredth waits, with one caller and with eight at once. */
final class ManyCallers {

    private static final int CALLERS = 8;
    private static final Draw REQUEST = Draw.of(9).with(SampleSettings.ddim(20).withGuidance(1.35));

    private ManyCallers() {}

    private record Way(String name, int callers, Runnable draw, List<Double> latencies, double[] seconds) {

        Way(String name, int callers, Runnable draw) {
            this(name, callers, draw, new ArrayList<>(), new double[1]);
        }

        /** Two requests of each caller. */
        void round() {
            ExecutorService threads = Executors.newFixedThreadPool(callers);
            try {
                List<Callable<List<Double>>> calls = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    calls.add(() -> List.of(timed(), timed()));
                }
                long begun = System.nanoTime();
                for (Future<List<Double>> call : threads.invokeAll(calls)) {
                    latencies.addAll(call.get());
                }
                seconds[0] += (System.nanoTime() - begun) / 1e9;
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            } finally {
                threads.shutdownNow();
            }
        }

        private double timed() {
            long begun = System.nanoTime();
            draw.run();
            return (System.nanoTime() - begun) / 1e9;
        }

        void print() {
            List<Double> sorted = latencies.stream().sorted().toList();
            Benchmarks.print(
                    "| %s | %.2f | %.0f | %.0f |%n",
                    name,
                    sorted.size() / seconds[0],
                    1000 * sorted.get(sorted.size() / 2),
                    1000 * sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1));
        }
    }

    static void table(int rounds) {
        try (DiffusionModel model = Diffusion.load(ShippedModel.MNIST)) {
            List<Way> ways = List.of(
                    new Way("one caller", 1, () -> model.draw(REQUEST)),
                    new Way("8 callers", CALLERS, () -> model.draw(REQUEST)),
                    new Way(
                            "8 callers, each request by Streams.alone",
                            CALLERS,
                            () -> Streams.alone(() -> model.draw(REQUEST), none -> {})));
            ways.forEach(way -> way.draw.run()); // warm
            for (int i = 0; i < rounds; i++) {
                ways.forEach(Way::round);
            }
            print(
                    "| requests of 9 digits, 20 steps, float32 | requests/s | median, ms | p99, ms |%n|---|---|---|---|%n");
            ways.forEach(Way::print);
            print("%n");
        }
    }
}
