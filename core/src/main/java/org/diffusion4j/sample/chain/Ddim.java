package org.diffusion4j.sample.chain;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.TimeGrid;

/**
 * DDIM: implicit sampling along any subsequence of times.
 *
 * <p>Song, Meng, Ermon, "Denoising Diffusion Implicit Models", ICLR 2021, equation 12; eta by equation 16. With {@code eta = 0}
 * the map from noise to sample is deterministic and may be walked backwards ({@link TimeGrid#reversed}), with {@code eta = 1} it is
 * the ancestral sampler.
 *
 * @param eta share of the ancestral noise that is put back at each step, in [0, 1]
 * @param rule what eta multiplies
 */
public record Ddim(double eta, EtaRule rule) implements Sampler {

    public Ddim {
        require(eta >= 0 && eta <= 1, "eta must lie in [0, 1], was %s", eta);
    }

    /** By the paper's rule. */
    public Ddim(double eta) {
        this(eta, EtaRule.DEVIATION);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            Denoised at = model.at(xt, grid.time(i));
            Tensor xs = step(model.process(), at, xt, grid.time(i), grid.next(i), noise, 1 + i);
            return new SamplingLoop.Moved(xs, at.x0());
        });
    }

    @Override
    public boolean clips() {
        return true;
    }

    /** At first the eps of a model whose x0 is clipped stayed as it was. */
    @Override
    public int revision() {
        return 2;
    }

    private Tensor step(
            DiffusionProcess p, Denoised at, Tensor xt, double t, double s, NoiseStream noise, int address) {
        double room = 0;
        double std = 0;
        if (eta > 0) {
            Posterior posterior = p.posterior(t, s);
            room = rule.room(eta, posterior);
            std = rule.noise(eta, posterior);
        }
        double towardsXt = Math.sqrt(Math.max(0, p.sigma(s) * p.sigma(s) - room * room)); // eq. 12, second term
        Tensor mean = at.x0().mul(new Scalar(p.alpha(s))).add(at.eps(), new Scalar(towardsXt));
        boolean clean = p.sigma(s) == 0;
        return std == 0 || clean ? mean : mean.add(noise.draw(address, xt), new Scalar(std));
    }
}
