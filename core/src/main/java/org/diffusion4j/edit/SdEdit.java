package org.diffusion4j.edit;

import static org.diffusion4j.engine.Require.require;

import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Image to image: noise is put over a sample, and the model draws from there. With little noise the result is a variation of the
 * sample, with much only its rough shape is left.
 *
 * <p>Meng et al., "SDEdit: Guided Image Synthesis and Editing with Stochastic Differential Equations", ICLR 2022, algorithm 1, with
 * any sampler in place of its Euler-Maruyama.
 *
 * @param sampler that walks the rest of the grid
 * @param strength the share of the grid's steps that are walked, in [0, 1]: where the noise begins; 0 leaves a sample as it is
 */
public record SdEdit(Sampler sampler, double strength) {

    public SdEdit {
        require(strength >= 0 && strength <= 1, "the strength must lie in [0, 1], was %s", strength);
    }

    /** The steps of the grid that are walked, at least one; none for the strength 0. */
    public Optional<TimeGrid> rest(TimeGrid grid) {
        return strength == 0
                ? Optional.empty()
                : Optional.of(grid.from(grid.steps() - (int) Math.max(1, Math.round(strength * grid.steps()))));
    }

    /**
     * Draws samples from guides.
     *
     * @param guide x0, {@code [batch, ...]}; borrowed
     * @param noise {@link NoiseStream#START} goes over the guide
     * @return x at the grid's end, owned by the caller
     */
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor guide, NoiseStream noise, SampleListener listener) {
        return rest(grid)
                .map(rest -> walk(model, rest, guide, noise, listener))
                .orElseGet(() -> Scoped.result(guide::clone));
    }

    private Tensor walk(Denoiser model, TimeGrid rest, Tensor guide, NoiseStream noise, SampleListener listener) {
        try (PointerScope scope = new PointerScope()) {
            Tensor eps = noise.draw(NoiseStream.START, guide);
            Tensor start = NoiseLevel.at(model.process(), rest.time(0)).noised(guide, eps);
            return sampler.sample(model, rest, start, noise, listener);
        }
    }
}
