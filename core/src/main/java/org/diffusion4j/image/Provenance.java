package org.diffusion4j.image;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/**
 * How a picture was made, as its file carries it.
 *
 * @param version of this library
 * @param model the model folder: in a picture's text as seen from the picture, so that the two may move together; or the name of a
 *     {@link ShippedModel}
 * @param modelHash what the model is known by, wherever it lies
 * @param draw all samples, also where the picture shows one of them
 * @param sample the index of the one that is shown, or -1 where all are
 * @param device on which the network computed
 * @param precision in which it computed, never {@code auto}
 * @param steered by a classifier, or null where it was not
 * @param guide the worse model that guided the model, named as {@code model} is, or null where none did
 */
public record Provenance(
        String version,
        String model,
        String modelHash,
        Draw draw,
        int sample,
        Device device,
        Precision precision,
        @Nullable Steered steered,
        @Records.Omittable @Nullable String guide) {

    /**
     * By what the model was steered.
     *
     * @param classifier the folder of the classifier of noisy pictures, in a picture's text as seen from the picture
     * @param scale of the guidance
     */
    public record Steered(String classifier, double scale) {}

    /** Where all samples of a draw are shown. */
    public static final int ALL = -1;

    private static final String KEY = "diffusion4j";

    /** What pictures of older versions leave unsaid. */
    private static final Provenance OLDEST = of("", "", "", Draw.of(1), Compute.DEFAULT);

    /** Where all samples of a draw are shown. */
    public static Provenance of(String version, String model, String modelHash, Draw draw, Compute compute) {
        return new Provenance(version, model, modelHash, draw, ALL, compute.device(), compute.arithmetic(), null, null);
    }

    /** The same draw, steered by a classifier. */
    public Provenance steeredBy(Path classifier, double scale) {
        Steered by = new Steered(classifier.toString(), scale);
        return new Provenance(version, model, modelHash, draw, sample, device, precision, by, guide);
    }

    /** The same draw, guided by a worse model: its folder, or the name of one that is shipped. */
    public Provenance guidedBy(String worse) {
        return new Provenance(version, model, modelHash, draw, sample, device, precision, steered, worse);
    }

    /** The same draw, of which one sample is shown. */
    public Provenance ofSample(int index) {
        return new Provenance(version, model, modelHash, draw, index, device, precision, steered, guide);
    }

    /** The text of a PNG file that will lie at {@code picture}. */
    public Map<String, String> toText(Path picture) {
        Provenance text = new Provenance(
                version,
                textOf(model, picture),
                modelHash,
                draw,
                sample,
                device,
                precision,
                steered == null ? null : new Steered(seenFrom(picture, Path.of(steered.classifier)), steered.scale),
                guide == null ? null : textOf(guide, picture));
        return Map.of("Software", "Diffusion4j " + version, KEY, Json.line(Records.CAMEL_CASE.write(text)));
    }

    /** The way from a picture to another file or folder, with slashes; it stays true when both move together. */
    public static String seenFrom(Path picture, Path other) {
        Path from = picture.toAbsolutePath().normalize().getParent();
        Path to = other.toAbsolutePath().normalize();
        Path way = from != null && Objects.equals(from.getRoot(), to.getRoot()) ? from.relativize(to) : to;
        return way.toString().replace('\\', '/');
    }

    /**
     * What the text of a PNG file says, if it says how the picture was made.
     *
     * @param picture the file, from where the model is looked for
     * @throws FormatException if it says so in a way that is not understood
     */
    public static Optional<Provenance> fromText(Map<String, String> text, Path picture) {
        return Optional.ofNullable(text.get(KEY)).map(json -> {
            String source = picture.toString();
            Provenance seen = Records.CAMEL_CASE.read(OLDEST, Json.parseObject(json, source), source);
            return new Provenance(
                    seen.version,
                    placed(seen.model, picture),
                    seen.modelHash,
                    seen.draw,
                    seen.sample,
                    seen.device,
                    seen.precision,
                    seen.steered == null
                            ? null
                            : new Steered(
                                    beside(picture, seen.steered.classifier).toString(), seen.steered.scale),
                    seen.guide == null ? null : placed(seen.guide, picture));
        });
    }

    private static Path beside(Path picture, String model) {
        try {
            return picture.resolveSibling(model).normalize();
        } catch (InvalidPathException e) {
            throw new FormatException(picture + ": names a model whose path no file system has", e);
        }
    }

    /** A model's name as a picture's text has it. */
    private static String textOf(String model, Path picture) {
        return isShipped(model, Path.of(model)) ? model : seenFrom(picture, Path.of(model));
    }

    /** The model of a picture's text. */
    private static String placed(String model, Path picture) {
        Path beside = beside(picture, model);
        return isShipped(model, beside) ? model : beside.toString();
    }

    /** Whether the name is a shipped model's, and no folder of one's own lies where the name would lead. */
    private static boolean isShipped(String model, Path place) {
        return ShippedModel.named(model, place).isPresent();
    }
}
