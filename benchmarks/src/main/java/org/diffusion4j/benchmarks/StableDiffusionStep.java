package org.diffusion4j.benchmarks;

import static org.diffusion4j.benchmarks.Benchmarks.print;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.clip.LearnedVocabulary;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.clip.ClipTextConfig;
import org.diffusion4j.nn.clip.ClipTextTower;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.nn.unet.condition.UNet2DConditionConfig;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;

/**
 * The U-Net of Stable Diffusion 1.5 with random weights: what a guided step of 512×512 pixels takes, beside PyTorch. The weights mean nothing,
 * the work is that of the published ones.
 */
final class StableDiffusionStep implements AutoCloseable {

    private static final UNet2DConditionConfig UNET = UNet2DConditionConfig.defaults()
            .with(Map.of("sample_size", 64L, "cross_attention_dim", 768L, "attention_head_dim", 8L));

    private static final AutoencoderKLConfig VAE = AutoencoderKLConfig.defaults()
            .with(Map.of(
                    "block_out_channels",
                    List.of(128, 256, 512, 512),
                    "norm_num_groups",
                    32,
                    "layers_per_block",
                    2,
                    "sample_size",
                    512L));

    private static final Map<String, Object> TEXT = Map.of(
            "vocab_size", 49408L,
            "hidden_size", 768L,
            "intermediate_size", 3072L,
            "num_hidden_layers", 12L,
            "num_attention_heads", 12L,
            "max_position_embeddings", 77L,
            "hidden_act", "quick_gelu",
            "projection_dim", 768L);

    private static final double SPREAD = 0.02;
    private static final int PICTURES = 2; // one with the prompt and one without

    private final UNet2DCondition network;
    private final Tensor x = torch.randn(PICTURES, 4, 64, 64);
    private final Tensor timesteps = torch.full(new long[] {PICTURES}, new Scalar(500.0));
    private final Condition text = Condition.of(UNet2DCondition.TEXT, torch.randn(PICTURES, 77, 768));

    private StableDiffusionStep(Precision precision) {
        network = UNet2DCondition.withoutValues(UNET);
        network.parameters()
                .drawWith(
                        Compute.on(precision),
                        "random weights",
                        take -> random(network.parameters()).forEach((name, shape) -> {
                            try (PointerScope scope = new PointerScope()) {
                                take.accept(name, value(name, shape));
                            }
                        }));
    }

    private static Map<String, long[]> random(Parameters parameters) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        parameters.all().forEach(parameter -> shapes.put(parameter.name(), parameter.shape()));
        return shapes;
    }

    /** Norms keep what passes through them at its size, all else is small. */
    private static Tensor value(String name, long[] shape) {
        Tensor normal = torch.randn(shape).mul_(new Scalar(SPREAD));
        return name.contains("norm") && name.endsWith("weight") ? normal.add_(new Scalar(1)) : normal;
    }

    private void call() {
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            network.forward(x, timesteps, text);
        }
    }

    /** The table, and beside it PyTorch's ways. */
    static void table(int rounds, PyTorch theirs) {
        print("| %s | seconds a step | ours / it |%n|---|---|---|%n", theirs.name());
        for (Precision precision : BesidePyTorch.precisions()) {
            List<String> ways = precision == Precision.FLOAT32
                    ? List.of("contiguous", "channels_last")
                    : List.of("bf16", "bf16_channels_last");
            try (StableDiffusionStep ours = new StableDiffusionStep(precision)) {
                List<Runnable> all = new ArrayList<>(List.of(ours::call));
                ways.forEach(way -> all.add(() -> theirs.run(way)));
                double[] seconds = Interleaved.medians(rounds, all.toArray(Runnable[]::new));
                print("| ours, %s | %.2f | |%n", precision, seconds[0]);
                for (int i = 0; i < ways.size(); i++) {
                    print("| PyTorch, %s | %.2f | %.2f |%n", ways.get(i), seconds[i + 1], seconds[0] / seconds[i + 1]);
                }
            }
        }
    }

    /** Writes a folder of such a model with random weights in bfloat16, in the layout of diffusers: 2.1 GB. */
    static void writeFolder(Path folder) {
        try {
            Map<String, Object> index = new LinkedHashMap<>();
            index.put("_class_name", "StableDiffusionPipeline");
            index.put("unet", List.of("diffusers", "UNet2DConditionModel"));
            index.put("vae", List.of("diffusers", "AutoencoderKL"));
            index.put("text_encoder", List.of("transformers", "CLIPTextModel"));
            index.put("tokenizer", List.of("transformers", "CLIPTokenizer"));
            index.put("scheduler", List.of("diffusers", "PNDMScheduler"));
            try (UNet2DCondition unet = UNet2DCondition.withoutValues(UNET)) {
                part(folder.resolve("unet"), UNET.toMap(), "diffusion_pytorch_model", unet.parameters());
            }
            try (AutoencoderKL vae = AutoencoderKL.withoutValues(VAE)) {
                part(folder.resolve("vae"), VAE.toMap(), "diffusion_pytorch_model", vae.parameters());
            }
            try (ClipTextTower tower =
                    ClipTextTower.withoutValues(ClipTextConfig.fromMap(TEXT, false, "CLIP ViT-L/14"))) {
                part(folder.resolve("text_encoder"), TEXT, "model", tower.parameters());
            }
            tokenizer(Files.createDirectories(folder.resolve("tokenizer")));
            Path scheduler = Files.createDirectories(folder.resolve("scheduler"));
            Json.write(
                    scheduler.resolve("scheduler_config.json"),
                    Map.of(
                            "_class_name",
                            "PNDMScheduler",
                            "beta_start",
                            0.00085,
                            "beta_end",
                            0.012,
                            "beta_schedule",
                            "scaled_linear",
                            "skip_prk_steps",
                            true,
                            "steps_offset",
                            1L));
            Json.write(folder.resolve("model_index.json"), index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A vocabulary that has no pairs: the work of the encoder does not depend on it. */
    private static void tokenizer(Path folder) throws IOException {
        LearnedVocabulary letters = LearnedVocabulary.of(List.of(), 0);
        Json.write(folder.resolve("vocab.json"), letters.vocabulary());
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
    }

    private static void part(Path folder, Map<String, ?> config, String file, Parameters parameters)
            throws IOException {
        Json.write(Files.createDirectories(folder).resolve("config.json"), config);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            random(parameters).forEach((name, shape) -> {
                Tensor weight = torch.empty(shape, new TensorOptions(ScalarType.BFloat16), new MemoryFormatOptional());
                try (PointerScope inner = new PointerScope()) {
                    weight.copy_(value(name, shape));
                }
                weights.put(name, weight);
            });
            Safetensors.write(folder.resolve(file + ".safetensors"), weights, Map.of("format", "pt"));
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
