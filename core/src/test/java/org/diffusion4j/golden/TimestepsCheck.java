package org.diffusion4j.golden;

import org.diffusion4j.sample.SchedulerConfig;

/** The timesteps of diffusers' DDPM and DDIM for several numbers of steps. */
final class TimestepsCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return SchedulerReplay.covers(golden, "schedules", "set_timesteps");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        SchedulerConfig config = SchedulerReplay.config(golden);
        for (double steps : golden.input("num_inference_steps").values()) {
            out.expectExactly("timesteps_" + (int) steps, SchedulerReplay.times(config.grid((int) steps)));
        }
    }
}
