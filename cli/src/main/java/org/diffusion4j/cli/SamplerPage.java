package org.diffusion4j.cli;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.image.SamplerComparison;
import org.diffusion4j.image.SamplerComparison.Row;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.io.Png;
import org.diffusion4j.sample.Samplers;

/** The page that {@code samplers MODEL} writes: how to choose, what was measured, how it looks. */
record SamplerPage(Path file, Path model, List<Integer> steps, int count, long seed) {

    private static final String HOW_TO_CHOOSE = """
            # Which sampler?

            **In a hurry:** `dpm++-2m-sde` in 20 steps. If a seed must stand for one picture, whatever the number of steps: `unipc` in 10 steps. To encode
            pictures, to interpolate between them or to edit them: `ddim` in 50 steps and more.

            All samplers call the same network; none needs another training. They differ in three things:

            - **Noise or none.** Without noise a sampler solves an ordinary differential equation: the seed alone fixes the picture, more steps only make it
              more exact, and there is a way back from a picture to its noise. But the network's own errors stay: look for grain in the background.
              With noise each step forgets a part of the errors before it, the network's among them: pictures are often cleaner, but another number of
              steps is another picture.
            - **Order.** With twice the steps the error of a solver of order p falls to about 1/2^p, once the steps are short enough. In 5 steps they are not,
              and a high order may do harm; from 20 on order 2 or 3 is far ahead of order 1 (`ddim`, `euler`).
            - **Network calls.** They take nearly all the time. `heun`, `kdpm2` and their relatives make two a step: compare them in 10 steps with
              others in 20.

            Take 20 steps or more with `plms`, `ipndm` and `dpm-solver-fast`, whose first or last steps assume short ones. `dpm-solver-23` chooses its steps
            itself, whatever number is asked for. `lcm` and `tcd` are for models that were distilled for them; the table shows what they do to others.

            Where the model folder says so (`clip_sample`), `ddpm` and `ddim` clip the clean sample that the network predicts to the range of pixels, as their
            authors do: it removes grain from the pictures. The noise of `ddim` is then what is left of x_t, as in IDDPM's code: were it kept as the network returned it, as diffusers' DDIM
            does, what the clipping cut off would come back at the next step, more of it the more steps there are. The other samplers do not clip, since it would lower their order.

            ## Options and times

            `./diffuse samplers heun` explains a sampler and its options; `--option churn=40` sets one, once for each, as `sample.options` does in a recipe
            (`"options": {"churn": 40}`) and `settings.withOption("churn", 40)` in Java. `--spacing` says which times are visited: whole
            timesteps by `leading`, `trailing`, `linspace`, `quadratic`, or levels of noise sigma/alpha from that of the last timestep to that of the first by
            `karras` (EDM; `karras:rho=5`), `exponential` (`exponential:rho=2`) and `beta` (`beta:alpha=1`), which lie between timesteps. `--timesteps 999,600,200,0` and `--sigmas 100,10,2,0.5,0.1` list them.
            Every sampler takes each of these, but `dpm-solver-23`, which chooses its own between the first and the last; `plms`, `pndm` and `ipndm` assume equal distances in time.

            ## The SDE and its ODE

            The samplers of score models (Song et al. 2021) take every model here, those of DDPM among them; a table of betas stands then for the
            SDE that has the same noise levels. They are made for hundreds of steps, more than the table below has.

            - `em` and `reverse-diffusion` solve the reverse SDE; `pc` adds steps of Langevin dynamics at each time, which repair what the
              predictor did: `--option predictor=ancestral`, `--option corrector=ald`, `--option snr=0.1`, `--option corrector-steps=2`. How long such a
              step is follows the score of each sample, so that a picture depends on its seed alone; `--option norm=batch` is the authors' rule, by
              which pictures of a batch change each other. In a few dimensions the score of one sample says little: take `corrector=ald` there.
            - `ode` solves the probability-flow ODE until each step's error is below `--option relative=1e-5` and `absolute=1e-5`, in as many network
              calls as that takes, whatever number of steps is asked for.
            - `edm` is `heun` with the churn of its paper (40 over all steps), for 100 steps and more.
            - `langevin` is NCSN's annealed Langevin dynamics: `level-steps` steps at each of the noise levels, whose number `--steps` sets, and a
              step of denoising at the end. The steps at a level must take away what the level before left, or noise piles up and the end is noise:
              with the 50 levels of `ncsn-mnist`, `share=0.3` needs 5 steps, `share=0.2` needs 10, `share=0.1` needs 20.
            """;

    /** Writes the page and, into a folder of its name, a picture for each sampler. */
    void write(SamplerComparison comparison) {
        String folder = pictures(file);
        StringBuilder page = new StringBuilder(HOW_TO_CHOOSE).append(measured(comparison));
        for (Row row : comparison.rows()) {
            String picture = folder + "/" + row.sampler().name() + ".png";
            Png.write(
                    file.resolveSibling(picture), row.strip(), Map.of("Software", "Diffusion4j " + Program.version()));
            page.append(line(row, picture));
        }
        AtomicFile.write(file, page.toString());
    }

    /** The folder of a page's pictures, beside it. */
    static String pictures(Path page) {
        String name = String.valueOf(page.getFileName());
        return name.endsWith(".md") ? name.substring(0, name.length() - 3) : name + "-pictures";
    }

    private String measured(SamplerComparison comparison) {
        String numbers = steps.stream().map(String::valueOf).collect(joining(", "));
        String options = "--steps " + numbers.replace(" ", "") + " --count " + count + " --seed " + seed;
        return String.format(
                        Locale.ROOT, """

                        ## Measured

                        %d pictures of one model by each sampler, in %s steps, from the same seed: the same place is the same noise. Distance is the root mean
                        square difference in grey levels of 255 from where the differential equation leads (Heun in 300 steps); samplers with noise go
                        elsewhere. Time is processor time for one picture.

                        ```
                        %s samplers %s %s --out %s
                        ```

                        """, count, numbers, Program.CALLED, ShippedModel.nameOf(model), options, file)
                + nearest(comparison)
                + "\n| sampler | calls a step | order | noise | distance in " + numbers + " steps | ms | pictures in "
                + numbers
                + " steps |\n|---|---|---|---|---|---|---|\n";
    }

    /** Who comes nearest with as many network calls as there are steps. */
    private String nearest(SamplerComparison comparison) {
        StringBuilder text = new StringBuilder("Nearest with one network call a step:");
        for (int k = 0; k < steps.size(); k++) {
            int column = k;
            Row best = comparison.rows().stream()
                    .filter(row ->
                            row.sampler().callsPerStep() == 1 && !row.sampler().stochastic())
                    .min(Comparator.comparingDouble(
                            row -> row.cells().get(column).distance().orElseThrow()))
                    .orElseThrow();
            text.append(String.format(
                    Locale.ROOT,
                    "%s in %d steps `%s` (%.1f)",
                    k == 0 ? "" : ",",
                    steps.get(k),
                    best.sampler(),
                    best.cells().get(k).distance().orElseThrow()));
        }
        return text.append(".\n").toString();
    }

    private static String line(Row row, String picture) {
        Samplers.Entry sampler = row.sampler();
        String distances = row.cells().stream()
                .flatMap(cell -> cell.distance().stream().boxed())
                .map(distance -> String.format(Locale.ROOT, "%.1f", distance))
                .collect(joining(" / "));
        String times = row.cells().stream()
                .map(cell -> String.format(Locale.ROOT, "%.0f", 1000 * cell.seconds()))
                .collect(joining(" / "));
        return String.format(
                "| `%s` | %d | %d | %s | %s | %s | ![%s](%s) |\n",
                sampler.name(),
                sampler.callsPerStep(),
                sampler.order(),
                sampler.stochastic() ? "yes" : "no",
                distances,
                times,
                sampler.name(),
                picture);
    }
}
