package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.diffusers.weights.Lora;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.image.ModelCard;
import org.diffusion4j.io.PipelineFolder;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.clip.ClipTextTower;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.nn.unet.condition.UNet2DConditionConfig;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.Tiles;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Samplers;
import org.jspecify.annotations.Nullable;

/**
 * A model that draws pictures from words: Stable Diffusion 1, 2 and XL from folders in the layout of diffusers or checkpoints of one file.
 * One or two text encoders read the prompt, a U-Net draws latents, an autoencoder makes pictures of them.
 *
 * <p>Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022; Podell et al., "SDXL", 2023.
 *
 * <p>Threads: may be shared; {@link #close} waits for calls under way.
 */
public final class LatentModel implements AutoCloseable {

    private static final int STEPS = 50; // diffusers'
    private static final double GUIDANCE = 7.5;
    private static final double GUIDANCE_XL = 5;
    private static final int LATENTS_AT_ONCE = 64 * 64; // the latents of one picture of 512 x 512
    private static final int OVERLAP = 4; // a quarter, as in diffusers
    private static final Set<String> PIPELINES = Set.of(
            "StableDiffusionPipeline",
            "StableDiffusionImg2ImgPipeline",
            "StableDiffusionInpaintPipeline",
            "StableDiffusionXLPipeline",
            "StableDiffusionXLImg2ImgPipeline",
            "StableDiffusionXLInpaintPipeline");

    private final @Nullable PipelineFolder folder;
    private final LatentParts parts;
    private final Compute compute;
    private final List<String> warnings;
    private final CloseGuard guard;

    private LatentModel(@Nullable PipelineFolder folder, LatentParts parts, Compute compute, List<String> warnings) {
        this.folder = folder;
        this.parts = parts;
        this.compute = compute;
        this.warnings = List.copyOf(warnings);
        guard = new CloseGuard("the model", parts::close);
    }

    /**
     * Whether such a model is there, to judge by {@code model_index.json} of a folder, and by the name of a file: a checkpoint ends in
     * {@code .safetensors} or {@code .ckpt}.
     */
    public static boolean isOne(Path path) {
        return isFile(path) || PipelineFolder.isOne(path);
    }

    private static boolean isFile(Path path) {
        String name = String.valueOf(path.getFileName());
        return Files.isRegularFile(path) && (name.endsWith(".safetensors") || name.endsWith(".ckpt"));
    }

    /** What a folder or file holds, by names for people, without loading its weights. */
    public static Map<String, Object> describe(Path path) {
        try (PartFiles files = files(path, SingleFileOptions.PUBLISHED)) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("pipeline", files.pipeline());
            facts.put("parts", files.classes());
            UNet2DConditionConfig config =
                    UNet2DConditionConfig.fromMap(files.config(ModelPart.UNET), files.configSource(ModelPart.UNET));
            try (UNet2DCondition network = UNet2DCondition.withoutValues(config)) {
                facts.put("parameters", network.parameters().count());
            }
            facts.put("network", config.toMap());
            facts.put("scheduler", LatentParts.scheduler(files).toMap());
            if (!files.extras().isEmpty()) {
                facts.put(
                        "training",
                        ModelCard.fromMap(files.extras(), path.toString()).training());
            }
            return facts;
        }
    }

    /** Loads a folder or file, to draw on the processor in float32. */
    public static LatentModel load(Path path) {
        return load(path, Compute.DEFAULT);
    }

    /**
     * Loads a folder, that of {@code model_index.json} or of the model in the hub's cache; or a checkpoint of one file, as the authors of Stable
     * Diffusion publish them. Each weight is held once, in the arithmetic of {@code compute}; the autoencoder's in float32.
     *
     * @return owned by the caller
     * @throws FormatException if a part is missing or of a class that is not read here; the message names it
     */
    public static LatentModel load(Path path, Compute compute) {
        return load(path, SingleFileOptions.PUBLISHED, compute);
    }

    /**
     * {@link #load(Path, Compute)}, where more is known of a checkpoint of one file than stands in it.
     *
     * @throws IllegalArgumentException if there are options, and {@code path} is a folder
     */
    public static LatentModel load(Path path, SingleFileOptions options, Compute compute) {
        require(
                isFile(path) || options.equals(SingleFileOptions.PUBLISHED),
                "%s: is a folder, which says itself what its network predicts and how it is built: omit --model-config"
                        + " and --prediction",
                path);
        List<String> warnings = new ArrayList<>();
        try (PartFiles files = files(path, options)) {
            LatentParts parts = LatentParts.load(files, compute, warnings);
            return new LatentModel(files instanceof FolderParts of ? of.folder() : null, parts, compute, warnings);
        }
    }

    private static PartFiles files(Path path, SingleFileOptions options) {
        if (isFile(path)) {
            return FileParts.open(path, options);
        }
        PipelineFolder folder = PipelineFolder.open(path);
        if (!PIPELINES.contains(folder.pipeline())) {
            throw new FormatException(folder.path() + ": the model is a " + folder.pipeline() + ", only "
                    + String.join(", ", PIPELINES.stream().sorted().toList()) + " are read here");
        }
        return new FolderParts(folder);
    }

    /**
     * A model of parts that are there, as one in training is: it has no folder, so {@link #folder} and {@link #save} refuse.
     *
     * @param tokenizer of the text encoder
     * @param text its features, all layers normalized, are what the network attends to
     * @param network draws latents, perhaps in training
     * @param autoencoder makes pictures of them
     * @param scheduler is followed as if it came from a folder: latents are not clipped
     * @return owned by the caller, as are the parts by this model from now on
     * @throws FormatException if the parts do not fit together; then they stay the caller's
     */
    public static LatentModel of(
            ClipTokenizer tokenizer,
            ClipTextTower text,
            UNet2DCondition network,
            AutoencoderKL autoencoder,
            SchedulerConfig scheduler) {
        Compute compute = network.parameters().compute();
        LatentParts parts = new LatentParts(
                new OneTextEncoder(new TextEncoder(tokenizer, text, compute)),
                network,
                new LatentCodec(autoencoder),
                LatentParts.scheduler(scheduler.toMap(), false, "the scheduler"));
        parts.requireFit("the model");
        return new LatentModel(null, parts, compute, List.of());
    }

    /**
     * Adds a LoRA to the weights of U-Net and text encoders, in their arithmetic; several may follow each other. The folder stays as it is.
     * Not while another thread draws.
     *
     * @throws org.diffusion4j.engine.WeightsException if it was made for another model; the message names what does not fit
     * @throws FormatException if it is no LoRA, or one of another method
     */
    public void add(AddedLora added) {
        Map<ModelPart, Parameters> networks = new EnumMap<>(ModelPart.class);
        networks.put(ModelPart.UNET, network().parameters());
        for (ModelPart part : List.of(ModelPart.TEXT_ENCODER, ModelPart.TEXT_ENCODER_2)) {
            TextEncoder text = encoder().parts().get(part.folder());
            if (text != null) {
                networks.put(part, text.tower().parameters());
            }
        }
        try (CloseGuard.Use use = guard.use();
                Lora lora = Lora.open(added.file())) {
            lora.addTo(networks, added.scale());
        }
    }

    /** What the folder says that has no effect, a line each. */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * The folder that it was read from.
     *
     * @throws IllegalStateException if it is a model {@linkplain #of of parts}, or of one file
     */
    public PipelineFolder folder() {
        if (folder == null) {
            throw new IllegalStateException("the model was not read from a folder, but from one file or in training");
        }
        return folder;
    }

    /** The network that draws latents, borrowed. */
    public UNet2DCondition network() {
        return parts.network();
    }

    /** The scheduler's file, as it is followed. */
    public SchedulerConfig scheduler() {
        return parts.scheduler();
    }

    PromptEncoder encoder() {
        return parts.encoder();
    }

    LatentCodec codec() {
        return parts.codec();
    }

    /** Whether the network was trained to inpaint: it receives a mask and what is kept. */
    public boolean inpaints() {
        return network().config().inChannels() > codec().channels();
    }

    /** How many numbers each part has, by its name. */
    public Map<String, Long> parameterCounts() {
        Map<String, Long> counts = new TreeMap<>();
        encoder()
                .parts()
                .forEach((name, part) ->
                        counts.put(name, part.tower().parameters().count()));
        counts.put("unet", network().parameters().count());
        counts.put("vae", codec().autoencoder().parameters().count());
        return counts;
    }

    /**
     * How the folder says that pictures are drawn: as the recipe by which it was trained here, else by its scheduler's class in 50 steps,
     * guided by 7.5, SDXL by 5.
     */
    public SampleSettings settings() {
        return recorded(settings(scheduler().className()));
    }

    /** The recipe's way to draw, where the folder has a recipe. */
    private SampleSettings recorded(SampleSettings usual) {
        return folder == null ? usual : card(folder).sampling(usual);
    }

    private static ModelCard card(PipelineFolder files) {
        return ModelCard.fromMap(files.extras(), files.path().toString());
    }

    /**
     * How a sampler draws with what the scheduler's file says.
     *
     * @param sampler one of {@link Samplers}, or a scheduler class of diffusers
     */
    public SampleSettings settings(String sampler) {
        SampleSettings settings = Samplers.isScheduler(sampler)
                ? scheduler().asClass(sampler).settings(sampler, STEPS)
                : scheduler().settings(sampler, STEPS);
        SampleSettings guided = settings.withGuidance(parts.isXl() ? GUIDANCE_XL : GUIDANCE);
        return guided.withGuidance(recorded(guided).guidance());
    }

    /** The map from latents to colours that the folder has, if it has one: those that are trained here have. */
    public Optional<Preview> preview() {
        return folder == null
                ? Optional.empty()
                : Preview.of(folder.extras(), folder.path().toString());
    }

    /** The size that the model was trained on, in pixels. */
    public GenerationParameters.Size size() {
        List<Integer> latents = network().config().sampleSize();
        int factor = codec().factor();
        int height = latents.isEmpty() ? 64 : latents.get(0);
        int width = latents.isEmpty() ? height : latents.get(latents.size() - 1);
        return new GenerationParameters.Size(width * factor, height * factor);
    }

    /**
     * Tiles of this model's autoencoder, which overlap by a quarter.
     *
     * @param pixels height and width of a tile
     * @throws IllegalArgumentException if it is not a multiple of what becomes one of the latents
     */
    public Tiles tiles(int pixels) {
        codec().requireSize("tile", pixels);
        int side = pixels / codec().factor();
        return new Tiles(side, side / OVERLAP);
    }

    /** A draw of one picture as the folder says, with seed 0. */
    public LatentDraw draw(String prompt) {
        return new LatentDraw(Prompt.of(prompt), null, 0, settings(), size(), List.of(0L), LatentStart.noise(), null);
    }

    /** What of a plain prompt is cut off, a line for each. */
    public List<String> cuts(LatentDraw draw) {
        return Stream.of(draw.prompt(), draw.negative())
                .filter(prompt -> prompt != null && prompt.plain() && encoder().cut(prompt) > 0)
                .map(prompt -> "the last " + encoder().cut(prompt) + " tokens of the prompt are cut off: '"
                        + prompt.text() + "'")
                .toList();
    }

    /**
     * Refuses what the model cannot draw, before anything is drawn.
     *
     * @throws IllegalArgumentException with what to do
     */
    public void check(LatentDraw draw) {
        codec().requireSize("width", draw.size().width());
        codec().requireSize("height", draw.size().height());
        require(
                draw.clipSkip() < encoder().layers(),
                "clip-skip %s leaves none of the text encoder's %s layers",
                draw.clipSkip(),
                encoder().layers());
        LatentPlan plan = LatentPlan.of(scheduler(), draw.settings());
        try (PointerScope scope = new PointerScope()) {
            LatentStart start = draw.start().in(draw.size());
            require(
                    !inpaints() || start instanceof LatentStart.Inpaint,
                    "the model was trained to inpaint: give it a picture and a mask");
            Tensor picture = picture(start);
            require(
                    picture == null
                            || picture.size(2) == draw.size().height()
                                    && picture.size(3) == draw.size().width(),
                    "the picture has another size than is drawn, %s x %s",
                    draw.size().width(),
                    draw.size().height());
            if (start instanceof LatentStart.Inpaint given) {
                LatentSampling.rest(plan, given);
            }
        }
    }

    private static @Nullable Tensor picture(LatentStart start) {
        if (start instanceof LatentStart.Picture given) {
            return given.picture();
        }
        return start instanceof LatentStart.Inpaint given ? given.picture() : null;
    }

    /**
     * Draws.
     *
     * @param listener sees every step of every batch, and may stop it
     * @return float32 {@code [seeds, 3, height, width]} in [-1, 1] on the processor, owned by the caller
     * @throws IllegalArgumentException as {@link #check}
     * @throws java.util.concurrent.CancellationException if it is {@linkplain org.diffusion4j.engine.Cancellation cancelled}
     */
    public Tensor draw(LatentDraw asked, SampleListener listener) {
        return drawEach(asked, Collections.nCopies(asked.seeds().size(), asked.prompt()), listener);
    }

    /**
     * Draws a picture for each of several prompts, together and so faster than one by one; else as {@link #draw}.
     *
     * @param asked all but the prompt
     * @param prompts one for each seed
     * @return float32 {@code [prompts, 3, height, width]} in [-1, 1] on the processor, owned by the caller
     * @throws IllegalArgumentException as {@link #check}, or if there are not as many prompts as seeds
     */
    public Tensor drawEach(LatentDraw asked, List<Prompt> prompts, SampleListener listener) {
        List<Long> seeds = asked.seeds();
        require(
                prompts.size() == seeds.size(),
                "each prompt needs a seed: there are %s prompts and %s seeds",
                prompts.size(),
                seeds.size());
        try (CloseGuard.Use use = guard.use();
                PointerScope scope = new PointerScope()) {
            LatentDraw draw = asked.withStart(asked.start().in(asked.size()));
            check(draw);
            TensorVector all = new TensorVector();
            int atOnce = atOnce(draw);
            for (int first = 0; first < seeds.size(); first += atOnce) {
                int end = Math.min(first + atOnce, seeds.size());
                LatentDraw part = draw.withSeeds(seeds.subList(first, end));
                List<Prompt> ofPart = prompts.subList(first, end);
                all.push_back(Scoped.result(
                        () -> pasted(codec().by(draw.tiles()).decode(latents(part, ofPart, listener)), part.start())));
            }
            Tensor pictures = torch.cat(all, 0);
            pictures.retainReference();
            return pictures;
        }
    }

    /**
     * {@link #draw}, as pictures.
     *
     * @return in the order of the seeds
     */
    public List<BufferedImage> pictures(LatentDraw draw, SampleListener listener) {
        try (Tensor drawn = draw(draw, listener)) {
            return new PixelCodec().toImages(drawn);
        }
    }

    private static Tensor pasted(Tensor decoded, LatentStart start) {
        Tensor clamped = decoded.clamp(new ScalarOptional(new Scalar(-1)), new ScalarOptional(new Scalar(1)))
                .cpu();
        return start instanceof LatentStart.Inpaint given && given.pasteOriginal()
                ? clamped.where(given.mask().ge(new Scalar(0.5)), given.picture())
                : clamped;
    }

    /**
     * The timesteps at which a draw asks the network, those left by the strength of its start.
     *
     * @throws IllegalArgumentException as {@link #check}
     */
    public double[] timesteps(LatentDraw draw) {
        LatentPlan plan = LatentPlan.of(scheduler(), draw.settings());
        return plan.from(draw.start().strength())
                .map(rest -> Arrays.stream(rest.grid().times())
                        .map(rest.process()::networkTime)
                        .toArray())
                .orElse(new double[0]);
    }

    /** In how many batches the pictures are drawn. */
    public int batches(LatentDraw draw) {
        return (draw.seeds().size() + atOnce(draw) - 1) / atOnce(draw);
    }

    private int atOnce(LatentDraw draw) {
        int side = codec().factor();
        return Math.max(
                1, LATENTS_AT_ONCE / (draw.size().width() / side * (draw.size().height() / side)));
    }

    /** The latents of one batch, made in the caller's scope. */
    private Tensor latents(LatentDraw draw, List<Prompt> prompts, SampleListener listener) {
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            return Scoped.result(() -> {
                int batch = draw.seeds().size();
                SeededNoise noise = new SeededNoise(draw.seeds().stream()
                        .map(seed -> new SeededNoise.Stream(seed, 0))
                        .toList());
                LatentPlan plan = LatentPlan.of(scheduler(), draw.settings());
                LatentSampling sampling =
                        new LatentSampling(codec().by(draw.tiles()), plan, guided(draw, prompts), noise);
                return sampling.from(draw.start(), like(batch, draw.size()), listener);
            });
        }
    }

    private Tensor like(int batch, GenerationParameters.Size size) {
        long[] shape = {batch, codec().channels(), size.height() / codec().factor(), size.width() / codec().factor()};
        return torch.empty(shape, new TensorOptions(ScalarType.Float), new MemoryFormatOptional())
                .to(compute.device().torch(), ScalarType.Float);
    }

    private GuidedPrompts guided(LatentDraw draw, List<Prompt> prompts) {
        int batch = prompts.size();
        boolean guided = draw.settings().guidance() != 1;
        List<Prompt> distinct = prompts.stream().distinct().toList();
        List<PromptEncoder.Rows> rows = distinct.stream().map(encoder()::rows).toList();
        Prompt negative = draw.negative();
        int count = Math.max(
                rows.stream().mapToInt(PromptEncoder.Rows::count).max().orElseThrow(),
                negative == null || !guided ? 1 : encoder().rows(negative).count());
        List<PromptFeatures> features = rows.stream()
                .map(each -> encoder().features(each, count, draw.clipSkip()))
                .toList();
        Tensor sizes =
                SizeCondition.of(draw.size().height(), draw.size().width()).tensor(batch);
        return GuidedPrompts.of(
                network(),
                features.size() == 1
                        ? features.get(0).repeated(batch)
                        : PromptFeatures.join(prompts.stream()
                                .map(prompt -> features.get(distinct.indexOf(prompt)))
                                .toList()),
                guided ? encoder().negative(negative, count, draw.clipSkip()).repeated(batch) : null,
                draw.settings(),
                new GuidedPrompts.Sizes(sizes, sizes));
    }

    /**
     * Writes the model to another folder, whole or not at all; the weights are those of the folder that it was read from, bit by bit.
     *
     * @param replace whether a folder that exists is replaced
     * @throws org.diffusion4j.engine.DiffusionException if it exists and is not to be replaced, or cannot be written
     * @throws IllegalStateException if it is a model {@linkplain #of of parts}, or of one file
     */
    public void save(Path target, boolean replace) {
        folder().copyTo(target, replace);
    }

    @Override
    public void close() {
        guard.close();
    }
}
