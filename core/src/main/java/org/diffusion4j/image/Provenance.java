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
 */
public record Provenance(
        String version,
        String model,
        String modelHash,
        Draw draw,
        int sample,
        Device device,
        Precision precision,
        @Nullable Steered steered) {

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
        return new Provenance(version, model, modelHash, draw, ALL, compute.device(), compute.arithmetic(), null);
    }

    /** The same draw, steered by a classifier. */
    public Provenance steeredBy(Path classifier, double scale) {
        Steered by = new Steered(classifier.toString(), scale);
        return new Provenance(version, model, modelHash, draw, sample, device, precision, by);
    }

    /** The same draw, of which one sample is shown. */
    public Provenance ofSample(int index) {
        return new Provenance(version, model, modelHash, draw, index, device, precision, steered);
    }

    /** The text of a PNG file that will lie at {@code picture}. */
    public Map<String, String> toText(Path picture) {
        Provenance text = new Provenance(
                version,
                isShipped(Path.of(model)) ? model : seenFrom(picture, Path.of(model)),
                modelHash,
                draw,
                sample,
                device,
                precision,
                steered == null ? null : new Steered(seenFrom(picture, Path.of(steered.classifier)), steered.scale));
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
            Path beside = beside(picture, seen.model);
            String model = seen.isShipped(beside) ? seen.model : beside.toString();
            return new Provenance(
                    seen.version,
                    model,
                    seen.modelHash,
                    seen.draw,
                    seen.sample,
                    seen.device,
                    seen.precision,
                    seen.steered == null
                            ? null
                            : new Steered(
                                    beside(picture, seen.steered.classifier).toString(), seen.steered.scale));
        });
    }

    private static Path beside(Path picture, String model) {
        try {
            return picture.resolveSibling(model).normalize();
        } catch (InvalidPathException e) {
            throw new FormatException(picture + ": names a model whose path no file system has", e);
        }
    }

    /** Whether the name is a shipped model's, and no folder of one's own lies where the name would lead. */
    private boolean isShipped(Path place) {
        return ShippedModel.named(model, place).isPresent();
    }
}
