package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.Json;
import org.diffusion4j.latent.SizeCondition.Pair;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.TimeGrid;

/** Whole draws of diffusers' Stable Diffusion pipelines from tiny folders, step by step, and the folders written back. */
public final class PipelineCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().matches("StableDiffusion(XL|Img2Img|Inpaint)?Pipeline\\.(__call__|get_timesteps)");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) throws IOException {
        if (golden.symbol().endsWith("get_timesteps")) {
            timesteps(golden, out);
            return;
        }
        Path folder =
                GoldenCases.find("folders/" + golden.config().get("folder").asText());
        try (LatentModel model = LatentModel.load(folder)) {
            if (golden.kind().equals("folders")) {
                writtenBackIsTheSame(model, folder);
            }
            new Replay(golden, out, model).run();
        }
    }

    private static void writtenBackIsTheSame(LatentModel model, Path folder) throws IOException {
        Path parent = Files.createTempDirectory("folder");
        try {
            Path copy = parent.resolve("copy");
            model.save(copy, false);
            for (Path file : files(folder)) {
                Path twin = copy.resolve(folder.relativize(file).toString());
                if (file.toString().endsWith(".json")) {
                    assertThat(Json.read(twin)).as(file.toString()).isEqualTo(Json.read(file));
                } else {
                    assertThat(twin).hasSameBinaryContentAs(file);
                }
            }
            assertThat(files(copy)).hasSameSizeAs(files(folder));
        } finally {
            try (Stream<Path> files = Files.walk(parent)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void timesteps(GoldenCase golden, Comparison out) {
        Map<String, Object> base = new LinkedHashMap<>();
        base.putAll(plainMap(golden.config().get("scheduler_base")));
        int i = 0;
        for (JsonNode query : golden.json().get("inputs").get("queries")) {
            Map<String, Object> keys = new LinkedHashMap<>(base);
            String name = query.get("scheduler").asText();
            keys.put("_class_name", name);
            keys.putAll(plainMap(query.get("overrides")));
            int steps = query.get("steps").asInt();
            int left = LatentPlan.stepsOf(query.get("strength").asDouble(), steps);
            JsonNode answer = golden.json().get("expected").get("answer_" + i++);
            out.close("n", new double[] {left}, new double[] {answer.get("n").asInt()}, 0, 0);
            SchedulerConfig scheduler = SchedulerConfig.fromMap(keys, golden.toString());
            double[] all = asked(name, networkTimes(scheduler, scheduler.grid(steps), steps));
            int begin = (steps - left) * (name.startsWith("Heun") ? 2 : 1);
            out.close(
                    "begin",
                    new double[] {begin},
                    new double[] {answer.get("begin_index").asInt()},
                    0,
                    0);
            JsonNode times = answer.get("timesteps");
            double[] expected = IntStream.range(0, times.size())
                    .mapToDouble(k -> times.get(k).asDouble())
                    .toArray();
            double[] rest = begin >= all.length ? new double[0] : Arrays.copyOfRange(all, begin, all.length);
            out.close(name, rest, expected, 1e-4, 1e-6);
        }
    }

    private static double[] networkTimes(SchedulerConfig scheduler, TimeGrid grid, int steps) {
        return Arrays.stream(grid.times())
                .map(scheduler.process(steps)::networkTime)
                .toArray();
    }

    /** The times as the reference lists them: a step of Heun's asks twice, and so does the first of PNDM's. */
    private static double[] asked(String scheduler, double[] times) {
        if (scheduler.startsWith("Heun")) {
            return IntStream.range(0, 2 * times.length - 1)
                    .mapToDouble(k -> times[(k + 1) / 2])
                    .toArray();
        }
        if (scheduler.startsWith("PNDM")) {
            return IntStream.range(0, times.length + 1)
                    .mapToDouble(k -> times[k < 2 ? k : k - 1])
                    .toArray();
        }
        return times;
    }

    private static Map<String, Object> plainMap(JsonNode object) {
        Map<String, Object> map = new LinkedHashMap<>();
        object.fieldNames().forEachRemaining(name -> map.put(name, plain(object.get(name))));
        return map;
    }

    private static Object plain(JsonNode value) {
        if (value.asText().equals("-inf")) {
            return Double.NEGATIVE_INFINITY;
        }
        return value.isTextual()
                ? value.asText()
                : value.isBoolean() ? (Object) value.asBoolean() : value.isNull() ? null : value.numberValue();
    }

    /** One case. */
    private record Replay(GoldenCase golden, Comparison out, LatentModel model) {

        private static final Map<String, List<Integer>> NOISE =
                Map.of( // of the picture, the start, the kept part, the steps
                        "txt2img", List.of(-1, -1, -1, 0),
                        "img2img", List.of(0, 1, -1, 2),
                        "inpaint_latent", List.of(0, 1, 2, 3),
                        "inpaint_nine", List.of(0, 1, 2, 3),
                        "inpaint_nine at 1", List.of(-1, 0, 1, 2));

        private JsonNode config(String key) {
            return golden.config().path(key);
        }

        private boolean has(String key) {
            return golden.config().hasNonNull(key);
        }

        void run() {
            PromptEncoder encoder = encoder();
            boolean guided = config("guidance_scale").asDouble() > 1;
            int skipped = has("clip_skip") ? config("clip_skip").asInt() : 0;
            List<Prompt> positive = prompts("prompts");
            List<Prompt> negative =
                    has("negative_prompts") ? prompts("negative_prompts") : Collections.nCopies(positive.size(), null);
            PromptFeatures told = joined(positive.stream()
                    .map(prompt -> encoder.features(encoder.rows(prompt), 1, skipped))
                    .toList());
            PromptFeatures untold = joined(negative.stream()
                    .map(prompt -> encoder.negative(prompt, 1, skipped))
                    .toList());
            ids(encoder, positive, "input_ids");
            expect("prompt_embeds", told.states());
            expect("pooled_prompt_embeds", told.pooled());
            if (guided) {
                if (has("negative_prompts")) {
                    ids(encoder, negative, "negative_input_ids");
                }
                expect("negative_prompt_embeds", untold.states());
                expect("negative_pooled_prompt_embeds", untold.pooled());
            } else {
                golden.needsNo("config.negative_prompts", "config.negative_prompts_2", "config.guidance_rescale");
            }
            SchedulerConfig scheduler = scheduler();
            int steps = config("num_inference_steps").asInt();
            SampleSettings settings = scheduler
                    .settings(scheduler.className(), steps)
                    .withGuidance(guided ? config("guidance_scale").asDouble() : 1)
                    .withRescale(guided ? config("guidance_rescale").asDouble(0) : 0);
            if (config("eta").asDouble(0) != 0) {
                settings = settings.withEta(config("eta").asDouble(), EtaRule.DEVIATION);
            }
            LatentPlan plan = LatentPlan.of(scheduler, settings);
            if (has("denoising_end")) {
                plan = plan.until(config("denoising_end").asDouble(), 1000);
            }
            GuidedPrompts guiding =
                    GuidedPrompts.of(model.network(), told, guided ? untold : null, settings, sizes(positive.size()));
            conditions(guiding);
            Tensor like = Comparison.tensor(
                    golden.expected(golden.expects("latents") ? "latents" : "final_latents"), ScalarType.Float);
            if (golden.expects("unet_output_t321")) {
                Tensor t = torch.full(new long[] {like.size(0)}, new Scalar(321));
                Tensor x = Comparison.tensor(golden.input("latents"), ScalarType.Float);
                out.expect(
                        "unet_output_t321",
                        model.network().forward(x, t, Condition.of(UNet2DCondition.TEXT, told.states())));
            }
            walk(plan, guiding, like, steps);
        }

        private void walk(LatentPlan plan, GuidedPrompts guiding, Tensor like, int steps) {
            LatentStart start = start();
            TimeGrid grid = start instanceof LatentStart.Noise
                    ? plan.grid()
                    : plan.from(config("strength").asDouble()).orElseThrow().grid();
            List<double[]> seen = new ArrayList<>();
            SampleListener listener = step -> seen.add(Comparison.values(step.x()
                    .mul(new Scalar(exploded() ? 1 / plan.process().alpha(step.t()) : 1))));
            Tensor latents = new LatentSampling(model.codec(), plan, guiding, noise(start)).from(start, like, listener);
            String name = config("scheduler").asText(model.scheduler().className());
            double[] times =
                    Arrays.stream(grid.times()).map(plan.process()::networkTime).toArray();
            out.expect("timesteps", asked(name, times));
            steps(name, seen, start, like);
            double end =
                    exploded() ? plan.process().alpha(grid.next(grid.steps() - 1)) : 1; // less than 1 if ended early
            out.expect(golden.expects("latents") ? "latents" : "final_latents", latents.div(new Scalar(end)));
            if (golden.expects("images")) {
                out.expect(
                        "images",
                        new PixelCodec()
                                .toUnitRange(model.codec().decode(latents))
                                .permute(0, 2, 3, 1));
            }
            if (start instanceof LatentStart.Picture picture) {
                var found = model.codec().encode(picture.picture());
                out.expect("image_latents_mode", model.codec().scaled(found.mean()));
                out.expect(
                        "image_latents",
                        model.codec().scaled(found.sample(noise(start).draw(LatentSampling.PICTURE, like))));
            }
            if (start instanceof LatentStart.Inpaint given) {
                Tensor painted = given.mask().ge(new Scalar(0.5));
                out.expect("latent_mask", LatentSampling.nearest(painted, like).to(ScalarType.Float));
                out.expect(
                        "masked_image",
                        given.picture().mul(painted.logical_not().to(ScalarType.Float)));
            }
        }

        /** Whether the reference's samples are x/alpha. */
        private boolean exploded() {
            return config("scheduler").asText().matches("(Euler|Heun).*");
        }

        /** The samples after the steps, where the model draws. */
        private void steps(String name, List<double[]> seen, LatentStart start, Tensor like) {
            if (!golden.expects("latents_steps")) {
                return;
            }
            double[] all = golden.expected("latents_steps").values();
            int size = (int) like.numel();
            int calls = all.length / size;
            double[] drawn = start instanceof LatentStart.Inpaint given && !model.inpaints()
                    ? Comparison.values(LatentSampling.nearest(given.mask(), like)
                            .expand_as(like)
                            .to(ScalarType.Double))
                    : null;
            for (int i = 0; i < seen.size(); i++) {
                int call =
                        name.startsWith("Heun") ? Math.min(2 * i + 1, calls - 1) : name.startsWith("PNDM") ? i + 1 : i;
                double[] expected = Arrays.copyOfRange(all, call * size, (call + 1) * size);
                double[] actual = seen.get(i).clone();
                for (int k = 0; drawn != null && k < size; k++) {
                    actual[k] = drawn[k] == 0 ? expected[k] : actual[k];
                }
                out.close(
                        "latents_steps[" + i + "]",
                        actual,
                        expected,
                        golden.atol("latents_steps"),
                        golden.rtol("latents_steps"));
            }
            assertThat(seen).hasSizeGreaterThan(1);
        }

        private LatentStart start() {
            if (!golden.hasInput("image")) {
                return LatentStart.noise();
            }
            double strength = config("strength").asDouble();
            Tensor picture = Comparison.tensor(golden.input("image"), ScalarType.Float)
                    .mul(new Scalar(2))
                    .sub(new Scalar(1));
            return golden.hasInput("mask_image")
                    ? new LatentStart.Inpaint(
                            picture, Comparison.tensor(golden.input("mask_image"), ScalarType.Float), strength, false)
                    : new LatentStart.Picture(picture, strength);
        }

        private NoiseStream noise(LatentStart start) {
            config("noise_order"); // as in NOISE
            if (config("scheduler").asText().equals("EulerAncestralDiscreteScheduler")) {
                golden.needsNo("inputs.noise_" + (config("num_inference_steps").asInt() - 1)); // times 0
            }
            boolean whole = start instanceof LatentStart.Inpaint given && given.strength() == 1 && model.inpaints();
            String kind = golden.hasInput("mask_image")
                    ? model.inpaints() ? whole ? "inpaint_nine at 1" : "inpaint_nine" : "inpaint_latent"
                    : golden.hasInput("image") ? "img2img" : "txt2img";
            List<Integer> order = NOISE.get(kind);
            if (kind.equals("inpaint_latent")) {
                golden.needsNo("inputs.noise_2"); // of the kept part, which only the other kind encodes
            }
            return (address, like) -> {
                if (address == NoiseStream.START && kind.equals("txt2img")) {
                    return Comparison.tensor(golden.input("latents"), ScalarType.Float);
                }
                int index = switch (address) {
                    case LatentSampling.PICTURE -> order.get(0);
                    case NoiseStream.START -> order.get(1);
                    case LatentSampling.KEPT -> order.get(2);
                    default -> order.get(3) + address - 1;
                };
                return Comparison.tensor(golden.input("noise_" + index), ScalarType.Float);
            };
        }

        private SchedulerConfig scheduler() {
            if (!has("scheduler")) {
                return model.scheduler();
            }
            String name = config("scheduler").asText();
            Map<String, Object> keys = new TreeMap<>(Json.readObject(
                    model.folder().orElseThrow().path().resolve("scheduler").resolve("scheduler_config.json")));
            keys.put("_class_name", name);
            keys.putAll(plainMap(config("scheduler_overrides")));
            SchedulerConfig scheduler = SchedulerConfig.fromMap(keys, golden.toString());
            if (has("scheduler_config")) {
                Map<String, Object> result = new TreeMap<>();
                result.putAll(plainMap(config("scheduler_config")));
                result.put("trained_betas", null);
                result.put("_class_name", name);
                SchedulerConfig theirs = SchedulerConfig.fromMap(result, golden.toString());
                assertThat(theirs.grid(7).times()).isEqualTo(scheduler.grid(7).times());
                assertThat(theirs.process().alpha(500))
                        .isEqualTo(scheduler.process().alpha(500));
            }
            return scheduler;
        }

        private PromptEncoder encoder() {
            return model.encoder() instanceof TwoTextEncoders two && has("force_zeros_for_empty_prompt")
                    ? new TwoTextEncoders(
                            two.first(),
                            two.second(),
                            config("force_zeros_for_empty_prompt").asBoolean())
                    : model.encoder();
        }

        private List<Prompt> prompts(String key) {
            List<Prompt> prompts = new ArrayList<>();
            JsonNode second = config(key + "_2");
            for (int i = 0; i < config(key).size(); i++) {
                prompts.add(new Prompt(
                        config(key).get(i).asText(),
                        second.isArray() ? second.get(i).asText() : null,
                        true));
            }
            return prompts;
        }

        private void ids(PromptEncoder encoder, List<Prompt> prompts, String name) {
            for (int k = 0; k < encoder.rows(prompts.get(0)).ofEach().size(); k++) {
                int which = k;
                out.expectExactly(
                        name + (k == 0 ? "" : "_2"),
                        prompts.stream()
                                .flatMap(prompt -> encoder.rows(prompt).ofEach().get(which).stream())
                                .flatMap(chunk -> chunk.tokens().stream())
                                .mapToDouble(Integer::doubleValue)
                                .toArray());
            }
        }

        private GuidedPrompts.Sizes sizes(int batch) {
            if (!(model.encoder() instanceof TwoTextEncoders)) {
                config("height");
                config("width");
                return null;
            }
            Pair size = new Pair(config("height").asInt(), config("width").asInt());
            Pair crop = pair("crops_coords_top_left", size);
            SizeCondition positive = new SizeCondition(pair("original_size", size), crop, pair("target_size", size));
            SizeCondition negative = new SizeCondition(
                    pair("negative_original_size", size),
                    pair("negative_crops_coords_top_left", size),
                    pair("negative_target_size", size));
            boolean own = has("negative_original_size") && has("negative_target_size");
            return new GuidedPrompts.Sizes(positive.tensor(batch), (own ? negative : positive).tensor(batch));
        }

        private Pair pair(String key, Pair otherwise) {
            JsonNode pair = config(key);
            return pair.isArray() ? new Pair(pair.get(0).asInt(), pair.get(1).asInt()) : otherwise;
        }

        /** What the network receives beside the text: for the negative prompts, then for the prompts. */
        private void conditions(GuidedPrompts guiding) {
            if (golden.expects("unet_time_ids")) {
                TensorVector text = new TensorVector();
                TensorVector ids = new TensorVector();
                for (Condition condition : Arrays.asList(guiding.negative(), guiding.positive())) {
                    if (condition != null) {
                        text.push_back(condition.get(UNet2DCondition.POOLED_TEXT));
                        ids.push_back(condition.get(UNet2DCondition.SIZES).to(ScalarType.Float));
                    }
                }
                out.expect("unet_text_embeds", torch.cat(text, 0));
                out.expect("unet_time_ids", torch.cat(ids, 0));
            }
        }

        private void expect(String name, Tensor actual) {
            if (golden.expects(name)) {
                out.expect(name, actual);
            }
        }

        private static PromptFeatures joined(List<PromptFeatures> all) {
            TensorVector states = new TensorVector();
            TensorVector pooled = new TensorVector();
            all.forEach(features -> {
                states.push_back(features.states());
                if (features.pooled() != null) {
                    pooled.push_back(features.pooled());
                }
            });
            return new PromptFeatures(torch.cat(states, 0), pooled.empty() ? null : torch.cat(pooled, 0));
        }
    }
}
