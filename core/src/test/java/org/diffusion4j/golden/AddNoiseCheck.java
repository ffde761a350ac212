package org.diffusion4j.golden;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.schedule.TimeGrid;

/** x_t and v for a time of each sample. */
final class AddNoiseCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return SchedulerReplay.covers(
                golden, "scheduler_steps", "add_noise/get_velocity|set_timesteps\\(\\d+\\)/(add|scale)_noise");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        SchedulerConfig config = SchedulerReplay.config(golden);
        double[] times = golden.input("timesteps").values();
        DiffusionProcess process = config.process();
        if (golden.hasInput("num_inference_steps")) { // then the times are those of a loop
            int steps = (int) golden.input("num_inference_steps").scalar();
            process = SchedulerReplay.silent(config, steps).process();
            times = times(times, process, config.grid(steps));
        }
        Tensor x0 = Comparison.tensor(golden.input("original_samples"), ScalarType.Double);
        Tensor eps = Comparison.tensor(golden.input("noise"), ScalarType.Double);
        NoiseLevel level = NoiseLevel.at(process, times, x0);

        out.expect("noisy_samples", level.noised(x0, eps));
        if (golden.expects("velocity")) {
            out.expect("velocity", Prediction.V.target(x0, eps, level));
        }
    }

    /** The times of a grid that the network receives as these numbers. */
    private static double[] times(double[] told, DiffusionProcess process, TimeGrid grid) {
        return Arrays.stream(told)
                .map(number -> Arrays.stream(grid.times())
                        .filter(t -> Math.abs(process.networkTime(t) - number) < 1e-9 * (1 + Math.abs(number)))
                        .findFirst()
                        .orElseThrow())
                .toArray();
    }
}
