package org.diffusion4j.golden;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;

/** x_t and v for a time of each sample. */
final class AddNoiseCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return SchedulerReplay.covers(golden, "scheduler_steps", "add_noise/get_velocity")
                || SchedulerReplay.covers(golden, "scheduler_steps", "set_timesteps(10)/add_noise");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        DiffusionProcess process = SchedulerReplay.config(golden).process();
        Tensor x0 = Comparison.tensor(golden.input("original_samples"), ScalarType.Double);
        Tensor eps = Comparison.tensor(golden.input("noise"), ScalarType.Double);
        NoiseLevel level = NoiseLevel.at(process, golden.input("timesteps").values(), x0);

        out.expect("noisy_samples", level.noised(x0, eps));
        if (golden.expects("velocity")) {
            out.expect("velocity", Prediction.V.target(x0, eps, level));
        }
    }
}
