package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.io.Json;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.schedule.TimeGrid;

/** Model folders of diffusers: what their pipelines draw, and that they are written back as they were. */
final class FolderCheck implements GoldenCheck {

    private static final List<String> PIPELINES = List.of("DDPMPipeline.__call__", "DDIMPipeline.__call__");

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("folders") && PIPELINES.contains(golden.symbol());
    }

    @Override
    public void check(GoldenCase golden, Comparison out) throws IOException {
        JsonNode etas = golden.config().path("etas");
        assertThat(golden.expectedNames().stream().filter(name -> name.startsWith("images_eta")))
                .hasSize(etas.size());
        Path folder = golden.file().resolveSibling(golden.config().get("folder").asText());
        try (DiffusionModel model = DiffusionModel.load(folder)) {
            if (golden.expects("unet_output")) {
                Tensor sample = Comparison.tensor(golden.input("sample"), ScalarType.Float);
                Tensor timestep = Comparison.tensor(golden.input("timestep"), ScalarType.Long);
                out.expect("unet_output", model.network().forward(sample, timestep, Condition.NONE));
            }
            TimeGrid grid = model.scheduler()
                    .grid(golden.config().get("num_inference_steps").asInt());
            if (golden.expects("timesteps")) {
                out.expectExactly("timesteps", times(grid));
            }
            for (String name : golden.expectedNames()) {
                if (name.startsWith("images")) {
                    out.expect(name, images(golden, model, grid, name));
                }
            }
            followsTheReferencesOwn(golden, model);
            writtenBackIsTheSame(model, folder);
        }
    }

    /** The scheduler's keys as the reference had them after loading, defaults included, mean what the file's mean. */
    private static void followsTheReferencesOwn(GoldenCase golden, DiffusionModel model) {
        if (golden.configMap().get("scheduler_after") instanceof Map<?, ?> keys) {
            Map<String, Object> after = new HashMap<>(model.scheduler().toMap());
            keys.forEach((key, value) -> after.put((String) key, value));
            SchedulerConfig theirs = SchedulerConfig.fromMap(after, golden.toString());
            for (int t = 0; t < model.scheduler().grid(1).time(0); t++) {
                assertThat(theirs.process().alpha(t))
                        .isEqualTo(model.scheduler().process().alpha(t));
            }
            assertThat(theirs.sampler()).isEqualTo(model.scheduler().sampler());
        }
    }

    /** {@code images} is drawn with {@code noise}, {@code images_eta0_6} with {@code noise_eta0_6} and that eta. */
    private static Tensor images(GoldenCase golden, DiffusionModel model, TimeGrid grid, String name) {
        String suffix = name.substring("images".length());
        Tensor recorded = Comparison.tensor(golden.input("noise" + suffix), ScalarType.Float);
        assertThat(recorded.size(1)).isEqualTo(golden.config().get("batch_size").asInt());
        NoiseStream noise = (address, like) -> recorded.select(0, address);
        Sampler sampler = suffix.isEmpty()
                ? model.scheduler().sampler()
                : new Ddim(Double.parseDouble(suffix.replace("_eta", "").replace('_', '.')));
        Tensor start = noise.draw(NoiseStream.START, recorded);
        Tensor x0 = sampler.sample(model.denoiser(null), grid, start, noise, SampleListener.NONE);
        return new PixelCodec().toUnitRange(x0).permute(0, 2, 3, 1);
    }

    private static double[] times(TimeGrid grid) {
        return IntStream.range(0, grid.steps()).mapToDouble(grid::time).toArray();
    }

    private static void writtenBackIsTheSame(DiffusionModel model, Path original) throws IOException {
        Path parent = Files.createTempDirectory("folder");
        try {
            Path copy = parent.resolve("copy");
            model.save(copy, false);
            assertThat(keys(copy, "model_index.json")).isEqualTo(keys(original, "model_index.json"));
            if (!original.getFileName().toString().contains("old_names")) { // whose files lack later keys
                for (String file : List.of("unet/config.json", "scheduler/scheduler_config.json")) {
                    assertThat(keys(copy, file)).as(file).isEqualTo(keys(original, file));
                }
                String weights = "unet/diffusion_pytorch_model.safetensors";
                assertThat(copy.resolve(weights)).hasSameBinaryContentAs(original.resolve(weights));
            }
            try (DiffusionModel again = DiffusionModel.load(copy)) {
                Tensor values = again.network().parameters().values();
                assertThat(values.equal(model.network().parameters().values())).isTrue();
            }
        } finally {
            try (Stream<Path> files = Files.walk(parent)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Map<String, Object> keys(Path folder, String file) {
        Map<String, Object> keys = new TreeMap<>(Json.readObject(folder.resolve(file)));
        keys.remove("_diffusers_version");
        keys.replaceAll(
                (key, value) -> value instanceof Number number ? (Object) number.doubleValue() : value); // 1 is 1.0
        return keys;
    }
}
