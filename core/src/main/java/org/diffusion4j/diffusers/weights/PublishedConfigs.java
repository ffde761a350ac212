package org.diffusion4j.diffusers.weights;

import java.util.Map;
import java.util.Optional;
import org.diffusion4j.diffusers.weights.CheckpointKind.Family;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/** What the networks of published models look like, which their checkpoints of one file do not say: the keys of diffusers' files. */
final class PublishedConfigs {

    private static final String UNET = """
            {"in_channels": 4, "out_channels": 4, "layers_per_block": 2, "block_out_channels": [320, 640, 1280, 1280],
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}
            """;

    private static final String UNET_1 = """
            {"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8}
            """;

    private static final String UNET_2 = """
            {"sample_size": 96, "cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true}
            """;

    private static final String UNET_XL = """
            {"sample_size": 128, "block_out_channels": [320, 640, 1280],
             "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
             "cross_attention_dim": 2048, "attention_head_dim": [5, 10, 20], "use_linear_projection": true,
             "transformer_layers_per_block": [1, 2, 10], "addition_embed_type": "text_time", "addition_time_embed_dim": 256,
             "projection_class_embeddings_input_dim": 2816}
            """;

    private static final String VAE = """
            {"in_channels": 3, "out_channels": 3, "latent_channels": 4, "block_out_channels": [128, 256, 512, 512],
             "layers_per_block": 2, "norm_num_groups": 32,
             "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
             "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}
            """;

    private static final String VAE_1 = """
            {"sample_size": 512}
            """;

    private static final String VAE_2 = """
            {"sample_size": 768}
            """;

    private static final String VAE_XL = """
            {"sample_size": 1024, "scaling_factor": 0.13025, "force_upcast": true}
            """;

    /** CLIP ViT-L/14's. */
    private static final String TEXT_ENCODER = """
            {"vocab_size": 49408, "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
             "max_position_embeddings": 77, "hidden_act": "quick_gelu", "projection_dim": 768}
            """;

    /** OpenCLIP ViT-H/14's without its last layer. */
    private static final String TEXT_ENCODER_2_0 = """
            {"vocab_size": 49408, "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 23, "num_attention_heads": 16,
             "max_position_embeddings": 77, "hidden_act": "gelu", "projection_dim": 512}
            """;

    /** OpenCLIP ViT-bigG/14's. */
    private static final String TEXT_ENCODER_XL = """
            {"vocab_size": 49408, "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20,
             "max_position_embeddings": 77, "hidden_act": "gelu", "projection_dim": 1280}
            """;

    private static final String SCHEDULER = """
            {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
             "trained_betas": null, "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "clip_sample": false}
            """;

    private static final Map<Family, String> SCHEDULERS = Map.of(
            Family.V1, """
            {"_class_name": "PNDMScheduler", "prediction_type": "epsilon"}
            """,
            Family.V2, """
            {"_class_name": "DDIMScheduler", "prediction_type": "v_prediction"}
            """,
            Family.XL_BASE, """
            {"_class_name": "EulerDiscreteScheduler", "prediction_type": "epsilon", "timestep_spacing": "leading",
             "interpolation_type": "linear", "use_karras_sigmas": false}
            """);

    private static final Map<Family, Map<ModelPart, String>> TEXTS = Map.of(
            Family.V1, Map.of(ModelPart.UNET, UNET_1, ModelPart.VAE, VAE_1, ModelPart.TEXT_ENCODER, TEXT_ENCODER),
            Family.V2, Map.of(ModelPart.UNET, UNET_2, ModelPart.VAE, VAE_2, ModelPart.TEXT_ENCODER, TEXT_ENCODER_2_0),
            Family.XL_BASE,
                    Map.of(
                            ModelPart.UNET,
                            UNET_XL,
                            ModelPart.VAE,
                            VAE_XL,
                            ModelPart.TEXT_ENCODER,
                            TEXT_ENCODER,
                            ModelPart.TEXT_ENCODER_2,
                            TEXT_ENCODER_XL));

    private static final Map<ModelPart, String> COMMON = Map.of(ModelPart.UNET, UNET, ModelPart.VAE, VAE);

    private PublishedConfigs() {}

    /** The configuration of a part, or empty where such a model lacks it. */
    static Optional<Map<String, @Nullable Object>> of(CheckpointKind kind, ModelPart part) {
        return Optional.ofNullable(TEXTS.getOrDefault(kind.family(), Map.of()).get(part))
                .map(text -> {
                    Map<String, @Nullable Object> config = parse(COMMON.getOrDefault(part, "{}"));
                    config.putAll(parse(text));
                    if (part == ModelPart.UNET) {
                        config.put("in_channels", (long) kind.inChannels());
                    }
                    return config;
                });
    }

    /** How published models of a kind are drawn, and what they predict. */
    static Map<String, @Nullable Object> scheduler(CheckpointKind kind) {
        Map<String, @Nullable Object> config = parse(SCHEDULER);
        config.putAll(parse(SCHEDULERS.getOrDefault(kind.family(), "{}")));
        return config;
    }

    private static Map<String, @Nullable Object> parse(String json) {
        return Json.parseObject(json, "the configuration of a published model");
    }
}
