package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusion4j.latent.AddedLora;
import org.diffusion4j.latent.GenerationParameters.Size;
import org.diffusion4j.latent.LatentDraw;
import org.diffusion4j.latent.LatentStart;
import org.diffusion4j.latent.Prompt;
import org.diffusion4j.latent.SingleFileOptions;
import org.diffusion4j.process.Prediction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of models that draw from words. */
public final class PromptOptions {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");
    private static final double USUAL_STRENGTH = 0.8;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What a model that draws from words shall draw; (words:1.2) weighs words more, [words] less.")
    private @Nullable String prompt;

    @Option(names = "--negative", paramLabel = "TEXT", description = "What guidance leads away from.")
    private @Nullable String negative;

    @Option(
            names = "--plain-prompt",
            description = "Brackets in prompts are ordinary characters, and what exceeds one row of tokens is cut off.")
    private boolean plain;

    @Option(
            names = "--clip-skip",
            paramLabel = "N",
            description =
                    "How many of the text encoder's last layers are left out; web UIs count one more (default: 0).")
    private @Nullable Integer clipSkip;

    @Option(
            names = "--size",
            paramLabel = "WIDTHxHEIGHT",
            description = "In pixels, such as 512x768 (default: the size that the model was trained on).")
    private @Nullable String size;

    @Option(
            names = "--init-image",
            paramLabel = "FILE",
            description = "A picture to begin with, instead of noise alone.")
    private @Nullable Path initImage;

    @Option(
            names = "--strength",
            paramLabel = "S",
            description = "With --init-image: how much of it is drawn anew, from 0, nothing, to 1, all (default: "
                    + USUAL_STRENGTH + ").")
    private @Nullable Double strength;

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description =
                    "With --init-image: a picture that is white where it is drawn anew and black where it is kept.")
    private @Nullable Path mask;

    @Option(
            names = "--lora",
            paramLabel = "FILE[:SCALE]",
            description =
                    "A LoRA that is added to the model's weights, such as style.safetensors:0.8; several times for"
                            + " several.")
    private List<String> loras = new ArrayList<>();

    @Option(
            names = "--model-config",
            paramLabel = "DIR",
            description = "For a model of one file: a folder in the layout of diffusers that says how its networks are"
                    + " built and drawn, where it is not as published.")
    private @Nullable Path modelConfig;

    @Option(
            names = "--prediction",
            paramLabel = "NAME",
            description = "For a model of one file: what its network predicts, eps or v (default: v of Stable Diffusion"
                    + " 2, else eps).")
    private @Nullable String prediction;

    @Option(
            names = "--tile",
            paramLabel = "PIXELS",
            description = "For large pictures: the autoencoder works on squares of so many pixels that overlap and fade"
                    + " into each other, such as 512. Needs less memory; colours may differ a little from square to"
                    + " square.")
    private @Nullable Integer tile;

    @Option(
            names = "--preview",
            paramLabel = "N",
            description =
                    "Every N steps, write roughly what the pictures will be to a file beside --out, NAME.preview.png.")
    private @Nullable Integer preview;

    @Option(
            names = "--paste-original",
            description = "With --mask: the pixels of the picture where it is kept, not the autoencoder's of them.")
    private boolean pasteOriginal;

    /**
     * Refuses what does not fit together, before a model is loaded.
     *
     * @throws IllegalArgumentException if there is no prompt, or an option that needs another is alone
     */
    public void check() {
        require(prompt != null, "the model draws from words: say with --prompt what to draw; \"\" is allowed");
        require(strength == null || initImage != null, "--strength is for --init-image: add it, or omit --strength");
        require(mask == null || initImage != null, "--mask is for --init-image: add it, or omit --mask");
        require(!pasteOriginal || mask != null, "--paste-original is for --mask: add it, or omit --paste-original");
        require(preview == null || preview >= 1, "--preview must be at least 1, was %s", preview);
        size().ifPresent(any -> {});
        singleFile();
        loras().forEach(lora ->
                require(Files.isRegularFile(lora.file()), "--lora %s: there is no file of that name", lora.file()));
    }

    /** Refuses all of them, for a model that does not draw from words. */
    public void requireFree() {
        Map<String, Boolean> given = new LinkedHashMap<>();
        given.put("--prompt", prompt != null);
        given.put("--negative", negative != null);
        given.put("--plain-prompt", plain);
        given.put("--clip-skip", clipSkip != null);
        given.put("--size", size != null);
        given.put("--init-image", initImage != null);
        given.put("--strength", strength != null);
        given.put("--mask", mask != null);
        given.put("--paste-original", pasteOriginal);
        given.put("--lora", !loras.isEmpty());
        given.put("--preview", preview != null);
        given.put("--tile", tile != null);
        given.put("--model-config", modelConfig != null);
        given.put("--prediction", prediction != null);
        given.forEach((option, is) ->
                require(!is, "%s is for models that draw from words, and this one does not: omit it", option));
    }

    /**
     * What a model of one file does not say itself.
     *
     * @throws IllegalArgumentException if no such prediction is known
     */
    public SingleFileOptions singleFile() {
        return new SingleFileOptions(modelConfig, prediction == null ? null : Prediction.named(prediction));
    }

    /** What is added to the model's weights, in this order. */
    public List<AddedLora> loras() {
        return loras.stream().map(AddedLora::of).toList();
    }

    /** After how many steps each a preview is written, if it is asked for. */
    public Optional<Integer> preview() {
        return Optional.ofNullable(preview);
    }

    private Optional<Size> size() {
        if (size == null) {
            return Optional.empty();
        }
        Matcher found = SIZE.matcher(size);
        require(found.matches(), "--size must be WIDTHxHEIGHT in pixels, such as 512x768, was '%s'", size);
        return Optional.of(new Size(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2))));
    }

    /**
     * What they say of a draw.
     *
     * @param usual by default
     * @param note is given a sentence if a picture is resized
     */
    public LatentDraw over(LatentDraw usual, Consumer<String> note) {
        return usual.withPrompt(said(prompt == null ? "" : prompt))
                .withNegative(negative == null ? null : said(negative))
                .withClipSkip(clipSkip == null ? usual.clipSkip() : clipSkip)
                .withSize(size().orElse(usual.size()))
                .withStart(start(note));
    }

    /** How many pixels a side of a tile has, if the autoencoder works in tiles. */
    public Optional<Integer> tile() {
        return Optional.ofNullable(tile);
    }

    private Prompt said(String text) {
        return new Prompt(text, null, plain);
    }

    private LatentStart start(Consumer<String> note) {
        Set<String> noted = new HashSet<>(); // the files are read once to check them and once to draw
        Consumer<String> once = text -> {
            if (noted.add(text)) {
                note.accept(text);
            }
        };
        return initImage == null
                ? LatentStart.noise()
                : new LatentStart.Files(
                        initImage, mask, strength == null ? USUAL_STRENGTH : strength, pasteOriginal, once);
    }

    /** The strength, where there is a picture to begin with. */
    public Optional<Double> strength() {
        return initImage == null ? Optional.empty() : Optional.of(strength == null ? USUAL_STRENGTH : strength);
    }
}
