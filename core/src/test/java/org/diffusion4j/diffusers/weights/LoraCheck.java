package org.diffusion4j.diffusers.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.clip.ClipActivation;
import org.diffusion4j.nn.clip.ClipTextConfig;
import org.diffusion4j.nn.clip.ClipTextTower;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.nn.unet.condition.UNet2DConditionConfig;

/** LoRA files of all styles, merged into the networks of their folders at several scales. */
public final class LoraCheck implements GoldenCheck {

    private static final Pattern NAME = Pattern.compile(
            "(?:merged_(?<merged>\\d_\\d)\\.(?<in>unet|text_encoder(?:_2)?)\\.(?<module>.+))"
                    + "|(?:(?<what>unet_output|hidden\\.|pooled\\.)(?<encoder>text_encoder(?:_2)?)?_(?<scale>\\d_\\d))");

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("lora");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo(
                "config.style", "config.stored_dtype", "config.prompt"); // the file tells; input_ids are the prompt's
        if (golden.expectedNames().stream().noneMatch(name -> name.startsWith("hidden."))) {
            golden.needsNo("inputs.input_ids"); // it leaves the text encoder as it is
        }
        try (Lora lora = Lora.open(GoldenCases.find(golden.config().get("file").asText()));
                Model model =
                        new Model("folders/" + golden.config().get("folder").asText() + "/")) {
            layers(golden, lora.layersOf(model.parameters()));
            Map<String, List<String>> byScale = new LinkedHashMap<>();
            for (String name : golden.expectedNames()) {
                Matcher match = match(name);
                String scale = match.group("merged") == null ? match.group("scale") : match.group("merged");
                byScale.computeIfAbsent(scale, key -> new ArrayList<>()).add(name);
            }
            byScale.forEach((scale, names) -> {
                model.reset();
                lora.addTo(model.parameters(), Double.parseDouble(scale.replace('_', '.')));
                names.forEach(name -> out.expect(name, model.result(golden, match(name))));
            });
        }
    }

    private static Matcher match(String name) {
        Matcher match = NAME.matcher(name);
        assertThat(match.matches()).as(name).isTrue();
        return match;
    }

    private static void layers(GoldenCase golden, List<LoraLayer> found) {
        JsonNode inputs = golden.json().get("inputs");
        Map<String, List<Double>> expected = new LinkedHashMap<>();
        for (JsonNode layer : inputs.get("layers")) {
            expected.put(
                    layer.get("model").asText() + " " + layer.get("module").asText(),
                    List.of(layer.get("rank").asDouble(), layer.get("factor").asDouble()));
        }
        Map<String, List<Double>> ours = new LinkedHashMap<>();
        found.forEach(layer ->
                ours.put(layer.part().folder() + " " + layer.module(), List.of((double) layer.rank(), layer.factor())));
        assertThat(ours).isEqualTo(expected);
        List<String> keys = new ArrayList<>();
        inputs.get("keys").forEach(key -> keys.add(key.asText()));
        try (NamedTensors file =
                NamedTensors.open(GoldenCases.find(golden.config().get("file").asText()))) {
            assertThat(file.tensors().keySet()).hasSameElementsAs(keys);
        }
    }

    /** The networks of a folder, in float64. */
    private static final class Model implements AutoCloseable {

        private final String folder;
        private final UNet2DCondition unet;
        private final Map<ModelPart, ClipTextTower> encoders = new EnumMap<>(ModelPart.class);

        Model(String folder) {
            this.folder = folder;
            unet = new UNet2DCondition(
                    UNet2DConditionConfig.fromMap(
                            Json.readObject(GoldenCases.find(folder + "unet/config.json")), folder),
                    0,
                    ScalarType.Double);
            boolean two = folder.contains("sdxl");
            encoders.put(ModelPart.TEXT_ENCODER, encoder(folder + "text_encoder/", false));
            if (two) {
                encoders.put(ModelPart.TEXT_ENCODER_2, encoder(folder + "text_encoder_2/", true));
            }
        }

        private static ClipTextTower encoder(String folder, boolean projected) {
            Map<String, Object> config = Json.readObject(GoldenCases.find(folder + "config.json"));
            return new ClipTextTower(
                    new ClipTextConfig(
                            number(config, "vocab_size"),
                            number(config, "max_position_embeddings"),
                            number(config, "num_hidden_layers"),
                            new ClipTextConfig.Width(
                                    number(config, "hidden_size"),
                                    number(config, "intermediate_size"),
                                    number(config, "num_attention_heads"),
                                    projected ? number(config, "projection_dim") : 0,
                                    "gelu".equals(config.get("hidden_act"))
                                            ? ClipActivation.GELU
                                            : ClipActivation.QUICK_GELU),
                            number(config, "eos_token_id")),
                    0,
                    ScalarType.Double);
        }

        private static int number(Map<String, Object> config, String key) {
            return ((Number) config.get(key)).intValue();
        }

        Map<ModelPart, Parameters> parameters() {
            Map<ModelPart, Parameters> parameters = new EnumMap<>(ModelPart.class);
            parameters.put(ModelPart.UNET, unet.parameters());
            encoders.forEach((part, encoder) -> parameters.put(part, encoder.parameters()));
            return parameters;
        }

        /** The weights of the folder. */
        void reset() {
            parameters().forEach((part, parameters) -> {
                String stem = part == ModelPart.UNET ? "diffusion_pytorch_model" : "model";
                try (NamedTensors file =
                        NamedTensors.open(GoldenCases.find(folder + part.folder() + "/" + stem + ".safetensors"))) {
                    Map<String, Tensor> weights = new LinkedHashMap<>();
                    file.tensors().forEach((name, tensor) -> {
                        boolean short_ = part != ModelPart.UNET && !name.startsWith("text_");
                        if (!name.endsWith("position_ids")) {
                            weights.put(short_ ? "text_model." + name : name, tensor);
                        }
                    });
                    parameters.load(weights, folder);
                }
            });
        }

        Tensor result(GoldenCase golden, Matcher name) {
            if (name.group("module") != null) {
                ModelPart part = part(name.group("in"));
                return parameters()
                        .get(part)
                        .get(name.group("module") + ".weight")
                        .value();
            }
            if (name.group("what").equals("unet_output")) {
                return output(golden);
            }
            ModelPart part = part(name.group("encoder"));
            ClipTextTower tower = encoders.get(part);
            Tensor rows = Comparison.tensor(
                    golden.input(part == ModelPart.TEXT_ENCODER_2 ? "input_ids_2" : "input_ids"), ScalarType.Long);
            if (name.group("what").equals("hidden.")) {
                return encoders.size() == 2 ? tower.hidden(rows, 1) : tower.normalized(tower.hidden(rows, 0));
            }
            return tower.projected(tower.pooled(tower.normalized(tower.hidden(rows, 0)), rows));
        }

        private Tensor output(GoldenCase golden) {
            Condition condition = Condition.NONE.with(
                    UNet2DCondition.TEXT, Comparison.tensor(golden.input("encoder_hidden_states"), ScalarType.Double));
            if (encoders.size() == 2) {
                condition = condition
                        .with(
                                UNet2DCondition.POOLED_TEXT,
                                Comparison.tensor(golden.input("text_embeds"), ScalarType.Double))
                        .with(UNet2DCondition.SIZES, Comparison.tensor(golden.input("time_ids"), ScalarType.Double));
            }
            return unet.forward(
                    Comparison.tensor(golden.input("sample"), ScalarType.Double),
                    Comparison.tensor(golden.input("timesteps"), ScalarType.Double),
                    condition);
        }

        private static ModelPart part(String folder) {
            return List.of(ModelPart.values()).stream()
                    .filter(part -> part.folder().equals(folder))
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public void close() {
            parameters().values().forEach(Parameters::close);
        }
    }
}
