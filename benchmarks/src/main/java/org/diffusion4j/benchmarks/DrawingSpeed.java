package org.diffusion4j.benchmarks;

import static org.diffusion4j.benchmarks.Benchmarks.print;

import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.Diffusion;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/** The whole of {@code sample mnist}: 64 digits by DDIM in 20 steps with guidance, from noise to pictures. */
final class DrawingSpeed {

    private static final SampleSettings SETTINGS = SampleSettings.ddim(20).withGuidance(1.35);

    private DrawingSpeed() {}

    static void table(int rounds, @Nullable PyTorch theirs) {
        try (DiffusionModel model = Diffusion.load(ShippedModel.MNIST);
                DiffusionModel lower = model.to(Compute.on(Precision.BFLOAT16))) {
            Draw draw = Draw.of(64).with(SETTINGS);
            List<Runnable> ways = new ArrayList<>(
                    List.of(() -> model.draw(draw), () -> oneStream(lower, draw), () -> lower.draw(draw)));
            List<String> names =
                    new ArrayList<>(List.of("float32", "bf16, a batch in one part", "bf16, as it is drawn"));
            if (theirs != null) {
                for (Precision precision : BesidePyTorch.precisions()) {
                    for (String way : BesidePyTorch.eager(precision)) {
                        names.add("PyTorch, " + way);
                        ways.add(() -> theirs.run("draw small " + way));
                    }
                }
            }
            double[] seconds = Interleaved.medians(rounds, ways.toArray(Runnable[]::new));
            print("| 64 digits of mnist, 20 steps, guidance | ms | of float32's |%n|---|---|---|%n");
            for (int i = 0; i < seconds.length; i++) {
                print("| %s | %.0f | %.2f |%n", names.get(i), 1000 * seconds[i], seconds[i] / seconds[0]);
            }
            print("%n| pictures at once, bf16 / float32 | time |%n|---|---|%n");
            for (int count : new int[] {1, 4, 8, 16}) {
                Draw few = Draw.of(count).with(SETTINGS);
                double[] both = Interleaved.medians(rounds, () -> model.draw(few), () -> lower.draw(few));
                print("| %d | %.2f |%n", count, both[1] / both[0]);
            }
            print("%n");
        }
    }

    /** As float32 is drawn: one part after the other, each operation on all threads. */
    private static void oneStream(DiffusionModel model, Draw draw) {
        model.draw(draw, (first, step) -> {}, batch -> {
            List<Integer> labels = batch.indices()
                    .mapToObj(i -> draw.label(i, model.classes()))
                    .toList();
            return model.sample(SETTINGS, batch.size(), labels, batch.noise(), batch.listener());
        });
    }
}
