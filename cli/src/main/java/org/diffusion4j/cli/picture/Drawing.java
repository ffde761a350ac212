package org.diffusion4j.cli.picture;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.DiffusionModel.DrawListener;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.Film;
import org.diffusion4j.image.Provenance;
import org.diffusion4j.image.Sheet;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.image.guidance.Autoguidance;
import org.diffusion4j.image.guidance.NoisyClassifier;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.io.Png;
import org.jspecify.annotations.Nullable;

/** A draw with a live line, and the files it becomes. */
final class Drawing {

    /** What steers a model; borrowed. */
    sealed interface Steering {

        /** How many classes can be asked for. */
        int classes(DiffusionModel model);

        /** What is said of it in a picture. */
        Provenance saidIn(Provenance alone);

        List<BufferedImage> draw(DiffusionModel model, Draw draw, DrawListener listener);
    }

    /** Nothing steers. */
    record Unsteered() implements Steering {

        @Override
        public int classes(DiffusionModel model) {
            return model.classes();
        }

        @Override
        public Provenance saidIn(Provenance alone) {
            return alone;
        }

        @Override
        public List<BufferedImage> draw(DiffusionModel model, Draw draw, DrawListener listener) {
            return model.draw(draw, listener);
        }
    }

    /** A classifier, from where it was loaded, and how strongly it steers. */
    record ByClassifier(NoisyClassifier classifier, Path folder, double scale) implements Steering {

        @Override
        public int classes(DiffusionModel model) {
            return classifier.labels().size();
        }

        @Override
        public Provenance saidIn(Provenance alone) {
            return alone.steeredBy(folder, scale);
        }

        @Override
        public List<BufferedImage> draw(DiffusionModel model, Draw draw, DrawListener listener) {
            return classifier.draw(model, draw, scale, listener);
        }
    }

    /** A worse model, and from where it was loaded. */
    record ByGuide(Autoguidance guide, Path folder) implements Steering {

        @Override
        public int classes(DiffusionModel model) {
            return model.classes();
        }

        @Override
        public Provenance saidIn(Provenance alone) {
            return alone.guidedBy(ShippedModel.nameOf(folder));
        }

        @Override
        public List<BufferedImage> draw(DiffusionModel model, Draw draw, DrawListener listener) {
            return guide.draw(model, draw, listener);
        }
    }

    private final Provenance provenance;
    private final Sheet sheet;
    private final @Nullable Film film;
    private final List<BufferedImage> samples;
    private final double seconds;

    /**
     * Draws.
     *
     * @param folder from where {@code model} was loaded
     * @param filmed whether {@link #writeFilm} will be asked for
     */
    Drawing(DiffusionModel model, Path folder, Draw draw, boolean filmed) {
        this(model, folder, draw, filmed, new Unsteered());
    }

    /**
     * Draws.
     *
     * @param by what steers the model, borrowed
     */
    Drawing(DiffusionModel model, Path folder, Draw draw, boolean filmed, Steering by) {
        Provenance alone = Provenance.of(
                Program.version(),
                ShippedModel.nameOf(folder),
                ModelFolder.open(folder).hash(),
                draw,
                model.compute());
        provenance = by.saidIn(alone);
        int classes = by.classes(model);
        sheet = Sheet.of(draw, classes);
        film = filmed ? new Film(draw, classes) : null;
        long begun = System.nanoTime();
        try (LiveWork work = new LiveWork("drawing")) {
            DrawListener live = work.of(draw.count(), draw.batchSize());
            DrawListener all = (first, step) -> {
                live.onStep(first, step);
                if (film != null) {
                    film.onStep(first, step);
                }
            };
            samples = by.draw(model, draw, all);
        }
        seconds = (System.nanoTime() - begun) / 1e9;
    }

    Provenance provenance() {
        return provenance;
    }

    /** The pictures, in the order of the draw. */
    List<BufferedImage> samples() {
        return samples;
    }

    /** How long it took. */
    double seconds() {
        return seconds;
    }

    /** All pictures in one PNG file. */
    void writeSheet(Path file) {
        Png.write(file, sheet.picture(samples), provenance.toText(file));
    }

    /** A PNG file for each picture. */
    void writeEach(Path folder) {
        for (int i = 0; i < samples.size(); i++) {
            Path file = folder.resolve(String.format(Locale.ROOT, "%05d.png", i));
            Png.write(file, samples.get(i), provenance.ofSample(i).toText(file));
        }
    }

    /** Whether a file is called like one of {@link #writeEach}. */
    static boolean isNumbered(Path file) {
        return String.valueOf(file.getFileName()).matches("\\d{5,}\\.png");
    }

    /**
     * The way from noise to pictures.
     *
     * @return how many of them it shows
     */
    int writeFilm(Path file) {
        Film made = Objects.requireNonNull(film);
        made.write(file);
        return made.shown();
    }
}
