package org.diffusion4j.golden;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.schedule.TimeGrid;

/** The timesteps and noise levels of diffusers' schedulers for several numbers of steps: those of our sampler's model calls. */
final class TimestepsCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return SchedulerReplay.covers(golden, "schedules", "set_timesteps");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        SchedulerConfig config = SchedulerReplay.config(golden);
        for (double steps : golden.input("num_inference_steps").values()) {
            TimeGrid grid = config.grid((int) steps);
            Spy model = new Spy(SchedulerReplay.silent(config, (int) steps));
            Tensor start = Tensor.create(0.0).reshape(1, 1);
            config.sampler()
                    .sample(model, grid, start, (address, like) -> like.sub(like), SampleListener.NONE)
                    .close();
            out.expect("timesteps_" + (int) steps, model.networkTimes());
            if (golden.expects("sigmas_" + (int) steps)) {
                SchedulerReplay.expectSigmas(golden, out, "sigmas_" + (int) steps, config, model.process(), grid);
            }
        }
    }
}
