package org.diffusion4j.edit;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Encodes samples as the noise from which DDIM draws them, and decodes them.
 *
 * <p>Song, Meng, Ermon, "Denoising Diffusion Implicit Models", ICLR 2021, sections 4.3 and 5.4: DDIM is Euler's method for an ODE
 * (equation 14), which may be solved from data to noise as well. The error of encoding and decoding falls with the number of steps. A
 * model whose x0 is clipped does not follow the ODE: give one that is not.
 *
 * @param grid at least 2 times, decreasing; a sample is taken as x at the last of them, which therefore should have hardly any noise
 */
public record Inversion(TimeGrid grid) {

    private static final Ddim ODE = new Ddim(0);
    private static final SeededNoise UNUSED = new SeededNoise(0, 0);

    public Inversion {
        require(grid.steps() >= 2, "encoding needs at least 2 timesteps, was %s", grid.steps());
    }

    /**
     * On the timesteps of {@link SampleSettings#encoding}.
     *
     * @throws IllegalArgumentException if the settings say another sampler, or noise
     */
    public static Inversion by(SampleSettings settings, DiscreteProcess process) {
        require(
                settings.sampler().equals("ddim") && settings.eta() == 0,
                "samples are encoded by ddim with eta 0, not by %s with eta %s",
                settings.sampler(),
                settings.eta());
        return new Inversion(settings.grid(process));
    }

    /**
     * From samples to their noise.
     *
     * @param x0 {@code [batch, ...]}; borrowed
     * @return x at the grid's first time, nearly N(0, 1) where the model fits the samples; owned by the caller
     */
    public Tensor encode(Denoiser model, Tensor x0, SampleListener listener) {
        return ODE.sample(model, grid.reversed(), x0, UNUSED, listener);
    }

    /**
     * From noise to samples.
     *
     * @param noise {@code [batch, ...]}; borrowed
     * @return x at the grid's last time, owned by the caller
     */
    public Tensor decode(Denoiser model, Tensor noise, SampleListener listener) {
        return ODE.sample(model, grid.first(grid.steps() - 1), noise, UNUSED, listener);
    }

    /** There and back. */
    public Tensor reconstruct(Denoiser model, Tensor x0, SampleListener listener) {
        try (Tensor noise = encode(model, x0, listener)) {
            return decode(model, noise, listener);
        }
    }
}
