package org.diffusion4j.cli.picture;

import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.option.Invocation;
import org.diffusion4j.cli.option.PromptOptions;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.io.Png;
import org.diffusion4j.latent.GenerationParameters;
import org.diffusion4j.latent.LatentDraw;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.latent.Preview;
import org.diffusion4j.latent.Prompt;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** A draw from words with a live line, and the files it becomes. */
final class WordsDrawing {

    private static final int PADDING = 2;
    private static final int SHORT_HASH = 10; // what web UIs show

    /** In which precision such a model draws where none is asked for. */
    static final Precision USUAL = Precision.AUTO;

    private final Invocation made;
    private final Path folder;
    private final LatentDraw draw;
    private final PromptOptions options;
    private final List<BufferedImage> pictures;
    private final double seconds;

    /**
     * Draws.
     *
     * @param folder from where {@code model} was loaded
     * @param previews the file that previews are written to; null for none
     */
    WordsDrawing(
            CommandSpec command,
            LatentModel model,
            Path folder,
            LatentDraw draw,
            PromptOptions options,
            @Nullable Path previews) {
        made = Invocation.of(command, folder, USUAL);
        this.folder = folder;
        this.draw = draw;
        this.options = options;
        PrintWriter err = command.commandLine().getErr();
        model.check(draw);
        model.cuts(draw).forEach(cut -> err.println("diffuse: " + cut));
        double[] times = model.timesteps(draw);
        options.strength()
                .ifPresent(strength -> err.printf(
                        Locale.ROOT,
                        "diffuse: strength %s leaves %d of %d steps, at the timesteps %s%n",
                        strength,
                        times.length,
                        draw.settings().steps(),
                        texts(times)));
        err.flush();
        long begun = System.nanoTime();
        try (LiveWork work = new LiveWork("drawing")) {
            long total = (long) times.length * model.batches(draw);
            long[] done = {0};
            SampleListener shown = previews(model, previews);
            pictures = model.pictures(draw, step -> {
                work.at(++done[0], total, "steps");
                shown.onStep(step);
            });
        }
        seconds = (System.nanoTime() - begun) / 1e9;
    }

    /** What writes previews, or does nothing. */
    private SampleListener previews(LatentModel model, @Nullable Path file) {
        if (file == null) {
            return SampleListener.NONE;
        }
        Preview preview = model.preview()
                .orElseThrow(() -> new IllegalArgumentException(folder
                        + ": the model has no map from latents to colours, as those that are trained"
                        + " here have: omit --preview"));
        int every = options.preview().orElse(1);
        return step -> {
            if ((step.index() + 1) % every == 0) {
                try (PointerScope scope = new PointerScope()) {
                    int factor = (int) (draw.size().width() / step.x0().size(3));
                    Png.write(file, sheet(new PixelCodec().toImages(preview.of(step.x0(), factor))), Map.of());
                }
            }
        };
    }

    private static BufferedImage sheet(List<BufferedImage> pictures) {
        int columns = (int) Math.ceil(Math.sqrt(pictures.size()));
        return pictures.size() == 1 ? pictures.get(0) : ImageGrid.of(pictures, columns, PADDING);
    }

    private static String texts(double[] times) {
        StringBuilder text = new StringBuilder();
        for (double time : times) {
            text.append(text.length() == 0 ? "" : ", ")
                    .append(time == Math.rint(time) ? "" + (long) time : String.format(Locale.ROOT, "%.1f", time));
        }
        return text.toString();
    }

    /** How long it took. */
    double seconds() {
        return seconds;
    }

    int count() {
        return pictures.size();
    }

    /** All pictures in one PNG file. */
    void writeSheet(Path file) {
        Png.write(file, sheet(pictures), text(file, draw.seeds()));
    }

    /** A PNG file for each picture. */
    void writeEach(Path each) {
        for (int i = 0; i < pictures.size(); i++) {
            Path file = each.resolve(String.format(Locale.ROOT, "%05d.png", i));
            Png.write(file, pictures.get(i), text(file, draw.seeds().subList(i, i + 1)));
        }
    }

    private Map<String, String> text(Path file, List<Long> seeds) {
        Map<String, String> text = new LinkedHashMap<>(made.toText(file));
        text.put("parameters", parameters(made.modelHash(), seeds).text());
        return text;
    }

    private GenerationParameters parameters(String hash, List<Long> seeds) {
        SampleSettings settings = draw.settings();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Steps", "" + settings.steps());
        fields.put("Sampler", settings.sampler());
        fields.put("Schedule type", settings.spacing());
        fields.put("CFG scale", "" + settings.guidance());
        fields.put("Seed", "" + seeds.get(0));
        fields.put("Size", draw.size().width() + "x" + draw.size().height());
        fields.put("Model hash", hash.substring(0, SHORT_HASH));
        fields.put("Model", String.valueOf(folder.getFileName()));
        options.strength().ifPresent(strength -> fields.put("Denoising strength", "" + strength));
        if (draw.clipSkip() > 0) {
            fields.put("Clip skip", "" + (draw.clipSkip() + 1));
        }
        fields.put("Version", "Diffusion4j " + Program.version());
        return new GenerationParameters(draw.prompt().text(), text(draw.negative()), fields);
    }

    private static String text(@Nullable Prompt prompt) {
        return prompt == null ? "" : prompt.text();
    }
}
