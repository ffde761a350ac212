package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.diffusers.weights.Lora;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.io.PipelineFolder;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.nn.unet.condition.UNet2DConditionConfig;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Samplers;
import org.jspecify.annotations.Nullable;

/**
 * A model that draws pictures from words: Stable Diffusion 1, 2 and XL from folders in the layout of diffusers. One or two text encoders
 * read the prompt, a U-Net draws latents, an autoencoder makes pictures of them.
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
    private static final Set<String> PIPELINES = Set.of(
            "StableDiffusionPipeline",
            "StableDiffusionImg2ImgPipeline",
            "StableDiffusionInpaintPipeline",
            "StableDiffusionXLPipeline",
            "StableDiffusionXLImg2ImgPipeline",
            "StableDiffusionXLInpaintPipeline");

    private final PipelineFolder folder;
    private final PromptEncoder encoder;
    private final UNet2DCondition network;
    private final LatentCodec codec;
    private final SchedulerConfig scheduler;
    private final Compute compute;
    private final List<String> warnings;
    private final CloseGuard guard;

    private LatentModel(
            PipelineFolder folder,
            PromptEncoder encoder,
            UNet2DCondition network,
            LatentCodec codec,
            SchedulerConfig scheduler,
            Compute compute,
            List<String> warnings) {
        this.folder = folder;
        this.encoder = encoder;
        this.network = network;
        this.codec = codec;
        this.scheduler = scheduler;
        this.compute = compute;
        this.warnings = List.copyOf(warnings);
        guard = new CloseGuard("the model", () -> {
            encoder.close();
            network.close();
            codec.close();
        });
    }

    /** Whether a folder holds such a model, to judge by its {@code model_index.json}. */
    public static boolean isOne(Path folder) {
        return PipelineFolder.isOne(folder);
    }

    /** What a folder holds, by names for people, without loading its weights. */
    public static Map<String, Object> describe(Path folder) {
        PipelineFolder files = PipelineFolder.open(folder);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("pipeline", files.pipeline());
        Map<String, String> classes = new TreeMap<>();
        files.parts().forEach(name -> classes.put(name, files.part(name).type()));
        facts.put("parts", classes);
        PipelineFolder.Part part = files.part("unet", "UNet2DConditionModel");
        UNet2DConditionConfig config =
                UNet2DConditionConfig.fromMap(part.config(), part.configFile().toString());
        try (UNet2DCondition network = UNet2DCondition.withoutValues(config)) {
            facts.put("parameters", network.parameters().count());
        }
        facts.put("network", config.toMap());
        facts.put("scheduler", scheduler(files).toMap());
        return facts;
    }

    /** Loads a folder, to draw on the processor in float32. */
    public static LatentModel load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * Loads a folder: that of {@code model_index.json}, or of the model in the hub's cache. Each weight is held once, in the arithmetic of
     * {@code compute}; the autoencoder's in float32.
     *
     * @return owned by the caller
     * @throws FormatException if a part is missing or of a class that is not read here; the message names it
     */
    public static LatentModel load(Path folder, Compute compute) {
        PipelineFolder files = PipelineFolder.open(folder);
        if (!PIPELINES.contains(files.pipeline())) {
            throw new FormatException(files.path() + ": the model is a " + files.pipeline() + ", only "
                    + String.join(", ", PIPELINES.stream().sorted().toList()) + " are read here");
        }
        List<String> warnings = new ArrayList<>();
        SchedulerConfig scheduler = scheduler(files);
        try (Loading loading = new Loading()) {
            PromptEncoder encoder = loading.keep(encoder(files, compute, loading));
            UNet2DCondition network = loading.keep(network(files, compute, warnings));
            LatentCodec codec = loading.keep(LatentCodec.load(files, compute));
            requireFits(files, encoder, network, codec);
            return loading.done(new LatentModel(files, encoder, network, codec, scheduler, compute, warnings));
        }
    }

    /** Closes what was loaded if the rest cannot be. */
    private static final class Loading implements AutoCloseable {

        private final List<AutoCloseable> loaded = new ArrayList<>();

        <T extends AutoCloseable> T keep(T part) {
            loaded.add(part);
            return part;
        }

        <T> T done(T whole) {
            loaded.clear();
            return whole;
        }

        @Override
        public void close() {
            for (AutoCloseable part : loaded) {
                try {
                    part.close();
                } catch (Exception e) {
                    throw new IllegalStateException("a part of the model cannot be closed", e);
                }
            }
        }
    }

    private static PromptEncoder encoder(PipelineFolder files, Compute compute, Loading loading) {
        TextEncoder first = loading.keep(TextEncoder.load(files, "", compute));
        return isXl(files)
                ? new TwoTextEncoders(
                        first,
                        loading.keep(TextEncoder.load(files, "_2", compute)),
                        Boolean.TRUE.equals(files.index().getOrDefault("force_zeros_for_empty_prompt", true)))
                : new OneTextEncoder(first);
    }

    private static boolean isXl(PipelineFolder files) {
        return files.pipeline().startsWith("StableDiffusionXL");
    }

    private static UNet2DCondition network(PipelineFolder files, Compute compute, List<String> warnings) {
        PipelineFolder.Part part = files.part("unet", "UNet2DConditionModel");
        Map<String, @Nullable Object> config = part.config();
        String source = part.configFile().toString();
        UNet2DConditionConfig.passedOver(config).forEach(key -> warnings.add(source + ": " + key));
        UNet2DCondition network = UNet2DCondition.withoutValues(UNet2DConditionConfig.fromMap(config, source));
        try (NamedTensors weights = part.openWeights()) {
            network.parameters().drawWith(compute, part.weightsFile().toString(), weights::forEach);
            return network;
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    /** As diffusers' pipelines correct it: latents are not clipped, and Stable Diffusion 1 and 2 have no timestep 0. */
    private static SchedulerConfig scheduler(PipelineFolder files) {
        PipelineFolder.Part part = files.part("scheduler");
        Map<String, @Nullable Object> keys = new TreeMap<>(part.config());
        keys.put("_class_name", part.type());
        keys.put("clip_sample", false);
        if (!isXl(files)) {
            keys.put("steps_offset", 1);
        }
        return SchedulerConfig.fromMap(keys, part.configFile().toString());
    }

    private static void requireFits(
            PipelineFolder files, PromptEncoder encoder, UNet2DCondition network, LatentCodec codec) {
        UNet2DConditionConfig config = network.config();
        int width = encoder.parts().values().stream()
                .mapToInt(part -> part.tower().config().width().hidden())
                .sum();
        requireFits(
                files,
                width == config.conditionWidth(),
                "its text has %s features, the U-Net receives %s",
                width,
                config.conditionWidth());
        int channels = codec.channels();
        requireFits(
                files,
                config.inChannels() == channels || config.inChannels() == 2 * channels + 1,
                "its autoencoder has %s channels, the U-Net receives %s; the same, or those, a mask and those again are known",
                channels,
                config.inChannels());
    }

    private static void requireFits(PipelineFolder files, boolean fits, String message, Object... values) {
        if (!fits) {
            throw new FormatException(files.path() + ": " + String.format(message, values));
        }
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
        networks.put(ModelPart.UNET, network.parameters());
        for (ModelPart part : List.of(ModelPart.TEXT_ENCODER, ModelPart.TEXT_ENCODER_2)) {
            TextEncoder text = encoder.parts().get(part.folder());
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

    /** The folder that it was read from. */
    public PipelineFolder folder() {
        return folder;
    }

    /** The network that draws latents, borrowed. */
    public UNet2DCondition network() {
        return network;
    }

    /** The scheduler's file, as it is followed. */
    public SchedulerConfig scheduler() {
        return scheduler;
    }

    PromptEncoder encoder() {
        return encoder;
    }

    LatentCodec codec() {
        return codec;
    }

    /** Whether the network was trained to inpaint: it receives a mask and what is kept. */
    public boolean inpaints() {
        return network.config().inChannels() > codec.channels();
    }

    /** How many numbers each part has, by its name. */
    public Map<String, Long> parameterCounts() {
        Map<String, Long> counts = new TreeMap<>();
        encoder.parts()
                .forEach((name, part) ->
                        counts.put(name, part.tower().parameters().count()));
        counts.put("unet", network.parameters().count());
        counts.put("vae", codec.autoencoder().parameters().count());
        return counts;
    }

    /** How the folder says that pictures are drawn: its scheduler's class in 50 steps, guided by 7.5, SDXL by 5. */
    public SampleSettings settings() {
        return settings(scheduler.className());
    }

    /**
     * How a sampler draws with what the scheduler's file says.
     *
     * @param sampler one of {@link Samplers}, or a scheduler class of diffusers
     */
    public SampleSettings settings(String sampler) {
        SampleSettings settings = Samplers.isScheduler(sampler)
                ? scheduler.asClass(sampler).settings(sampler, STEPS)
                : scheduler.settings(sampler, STEPS);
        return settings.withGuidance(isXl(folder) ? GUIDANCE_XL : GUIDANCE);
    }

    /** The size that the model was trained on, in pixels. */
    public GenerationParameters.Size size() {
        List<Integer> latents = network.config().sampleSize();
        int factor = codec.factor();
        int height = latents.isEmpty() ? 64 : latents.get(0);
        int width = latents.isEmpty() ? height : latents.get(latents.size() - 1);
        return new GenerationParameters.Size(width * factor, height * factor);
    }

    /** A draw of one picture as the folder says, with seed 0. */
    public LatentDraw draw(String prompt) {
        return new LatentDraw(Prompt.of(prompt), null, 0, settings(), size(), List.of(0L), LatentStart.noise());
    }

    /** What of a plain prompt is cut off, a line for each. */
    public List<String> cuts(LatentDraw draw) {
        return Stream.of(draw.prompt(), draw.negative())
                .filter(prompt -> prompt != null && prompt.plain() && encoder.cut(prompt) > 0)
                .map(prompt -> "the last " + encoder.cut(prompt) + " tokens of the prompt are cut off: '"
                        + prompt.text() + "'")
                .toList();
    }

    /**
     * Refuses what the model cannot draw, before anything is drawn.
     *
     * @throws IllegalArgumentException with what to do
     */
    public void check(LatentDraw draw) {
        codec.requireSize("width", draw.size().width());
        codec.requireSize("height", draw.size().height());
        require(
                draw.clipSkip() < encoder.layers(),
                "clip-skip %s leaves none of the text encoder's %s layers",
                draw.clipSkip(),
                encoder.layers());
        LatentPlan plan = LatentPlan.of(scheduler, draw.settings());
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
        try (CloseGuard.Use use = guard.use();
                PointerScope scope = new PointerScope()) {
            LatentDraw draw = asked.withStart(asked.start().in(asked.size()));
            check(draw);
            TensorVector all = new TensorVector();
            List<Long> seeds = draw.seeds();
            int atOnce = atOnce(draw);
            for (int first = 0; first < seeds.size(); first += atOnce) {
                LatentDraw part = draw.withSeeds(seeds.subList(first, Math.min(first + atOnce, seeds.size())));
                all.push_back(Scoped.result(() -> pasted(codec.decode(latents(part, listener)), part.start())));
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
        LatentPlan plan = LatentPlan.of(scheduler, draw.settings());
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
        int side = codec.factor();
        return Math.max(
                1, LATENTS_AT_ONCE / (draw.size().width() / side * (draw.size().height() / side)));
    }

    /** The latents of one batch, made in the caller's scope. */
    private Tensor latents(LatentDraw draw, SampleListener listener) {
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            return Scoped.result(() -> {
                int batch = draw.seeds().size();
                SeededNoise noise = new SeededNoise(draw.seeds().stream()
                        .map(seed -> new SeededNoise.Stream(seed, 0))
                        .toList());
                LatentPlan plan = LatentPlan.of(scheduler, draw.settings());
                LatentSampling sampling = new LatentSampling(codec, plan, prompts(draw, batch), noise);
                return sampling.from(draw.start(), like(batch, draw.size()), listener);
            });
        }
    }

    private Tensor like(int batch, GenerationParameters.Size size) {
        long[] shape = {batch, codec.channels(), size.height() / codec.factor(), size.width() / codec.factor()};
        return torch.empty(shape, new TensorOptions(ScalarType.Float), new MemoryFormatOptional())
                .to(compute.device().torch(), ScalarType.Float);
    }

    private GuidedPrompts prompts(LatentDraw draw, int batch) {
        boolean guided = draw.settings().guidance() != 1;
        PromptEncoder.Rows rows = encoder.rows(draw.prompt());
        Prompt negative = draw.negative();
        int count = Math.max(
                rows.count(),
                negative == null || !guided ? 1 : encoder.rows(negative).count());
        Tensor sizes =
                SizeCondition.of(draw.size().height(), draw.size().width()).tensor(batch);
        return GuidedPrompts.of(
                network,
                encoder.features(rows, count, draw.clipSkip()).repeated(batch),
                guided ? encoder.negative(negative, count, draw.clipSkip()).repeated(batch) : null,
                draw.settings(),
                new GuidedPrompts.Sizes(sizes, sizes));
    }

    /**
     * Writes the model to another folder, whole or not at all; the weights are those of the folder that it was read from, bit by bit.
     *
     * @param replace whether a folder that exists is replaced
     * @throws org.diffusion4j.engine.DiffusionException if it exists and is not to be replaced, or cannot be written
     */
    public void save(Path target, boolean replace) {
        folder.copyTo(target, replace);
    }

    @Override
    public void close() {
        guard.close();
    }
}
