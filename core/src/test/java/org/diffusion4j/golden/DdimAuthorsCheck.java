package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Clipped;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;

/** Whole trajectories of the DDIM authors' code: their DDIM, and DDPM over part of the timesteps. */
final class DdimAuthorsCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.name().startsWith("ermon-");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        DiscreteProcess process = new DiscreteProcess(new BetaSchedule(
                        SchedulerReplay.curve(config.get("beta_schedule").asText()),
                        config.get("beta_start").asDouble(),
                        config.get("beta_end").asDouble(),
                        config.get("num_diffusion_timesteps").asInt())
                .table());
        Denoiser exact = new AnalyticDenoiser(process, golden);
        boolean ddpm = golden.symbol().endsWith("ddpm_steps");
        Denoiser model = ddpm ? new Clipped(exact) : exact;
        double eta = config.path("eta").asDouble(0);
        Sampler sampler = ddpm ? new Ddpm(ReverseVariance.FIXED_LARGE) : new Ddim(eta);
        if (!ddpm && eta == 0) {
            golden.needsNo("inputs.noise"); // drawn, but of no weight
        }
        List<double[]> reached = new ArrayList<>();
        List<double[]> clean = new ArrayList<>();
        NoiseStream recorded = (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, address - 1);

        Tensor start = Comparison.tensor(golden.input("x"), ScalarType.Double);
        sampler.sample(model, grid(config.get("seq")), start, recorded, step -> {
                    reached.add(Comparison.values(step.x()));
                    clean.add(Comparison.values(step.x0()));
                })
                .close();

        out.expect("xs", SchedulerReplay.joined(reached));
        out.expect("x0_preds", SchedulerReplay.joined(clean));
    }

    /** Of ascending timesteps. */
    private static TimeGrid grid(JsonNode ascending) {
        int[] timesteps = new int[ascending.size()];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = ascending.get(timesteps.length - 1 - i).asInt();
        }
        return TimeGrid.ofTimesteps(timesteps);
    }
}
