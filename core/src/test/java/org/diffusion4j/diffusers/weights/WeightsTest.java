package org.diffusion4j.diffusers.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.diffusers.weights.CheckpointKind.Family;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.engine.WeightsException;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Weights under other names")
class WeightsTest {

    private static final String FIRST = "model.diffusion_model.input_blocks.0.0.weight";
    private static final String ENCODER = "cond_stage_model.transformer.text_model.final_layer_norm.weight";

    private final PointerScope scope = new PointerScope();

    @TempDir
    private Path folder;

    @AfterEach
    void free() {
        scope.close();
    }

    private static Tensor matrix(int rows, int columns, double value) {
        return Tensors.of(new double[] {value}).expand(rows, columns).contiguous();
    }

    private static Tensor number(double value) {
        return matrix(1, 1, value).squeeze();
    }

    private Path file(String name, Map<String, Tensor> tensors) {
        Path file = folder.resolve(name);
        Safetensors.write(file, tensors, Map.of());
        return file;
    }

    private Path lora(Map<String, Tensor> tensors) {
        return file("lora.safetensors", tensors);
    }

    /** A model of one linear layer of 2 outputs and 3 inputs, all zero. */
    private static Parameters model() {
        Parameters parameters = new Parameters("the model");
        parameters.root().to("mid_block.proj").add("weight", Initialiser.ZEROS, 2, 3);
        parameters.allocate(0, ScalarType.Double);
        return parameters;
    }

    private static Map<String, Tensor> pair(String up, String down, int rank) {
        Map<String, Tensor> pair = new LinkedHashMap<>();
        pair.put(up, matrix(2, rank, 1));
        pair.put(down, matrix(rank, 3, 1));
        return pair;
    }

    private double merged(Map<String, Tensor> tensors, double scale) {
        try (Parameters model = model();
                Lora lora = Lora.open(lora(tensors))) {
            lora.addTo(Map.of(ModelPart.UNET, model), scale);
            return model.values().mean().item_double();
        }
    }

    @Test
    void of_a_lora_without_alpha_are_added_as_they_are_and_with_it_by_its_share_of_the_rank() {
        Map<String, Tensor> pair =
                pair("lora_unet_mid_block_proj.lora_up.weight", "lora_unet_mid_block_proj.lora_down.weight", 4);
        assertThat(merged(pair, 0.5)).isEqualTo(2); // half of the sum of four products
        pair.put("lora_unet_mid_block_proj.alpha", number(1));
        assertThat(merged(pair, 0.5)).isEqualTo(0.5);
        pair.put("lora_unet_mid_block_proj.alpha", number(0));
        assertThat(merged(pair, 0.5)).isEqualTo(2); // 0 stands for the rank
    }

    @Test
    void of_a_lora_for_another_base_are_refused_by_their_names_and_change_nothing() {
        Map<String, Tensor> tensors = pair("unet.mid_block.proj.lora_B.weight", "unet.mid_block.proj.lora_A.weight", 1);
        tensors.putAll(pair("unet.other.lora_B.weight", "unet.other.lora_A.weight", 1));
        Path file = lora(tensors);
        try (Parameters model = model();
                Lora lora = Lora.open(file)) {
            assertThatThrownBy(() -> lora.addTo(Map.of(ModelPart.UNET, model), 1))
                    .isInstanceOf(WeightsException.class)
                    .hasMessage(file + ": does not fit this model, 1 of its 2 layers are not in it: unet/other;"
                            + " use it with the base that it was made for (Stable Diffusion 1, 2 or XL)");
            assertThat(model.values().abs().sum().item_double()).isZero();
        }
        Path wide = lora(Map.of(
                "unet.mid_block.proj.lora_B.weight",
                matrix(2, 1, 1),
                "unet.mid_block.proj.lora_A.weight",
                matrix(1, 4, 1)));
        try (Parameters model = model();
                Lora lora = Lora.open(wide)) {
            assertThatThrownBy(() -> lora.layersOf(Map.of(ModelPart.UNET, model)))
                    .hasMessageContaining("unet/mid_block_proj (another shape)");
        }
    }

    @Test
    void of_other_methods_or_torn_pairs_are_refused() {
        assertThatThrownBy(() -> Lora.open(lora(Map.of("lora_unet_a.hada_w1_a", matrix(1, 1, 1)))))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("key 'lora_unet_a.hada_w1_a' is of no LoRA that is read here")
                .hasMessageContaining("LoHa, LoKr and DoRA are not");
        assertThatThrownBy(() -> Lora.open(lora(Map.of("unet.a.lora_A.weight", matrix(1, 1, 1)))))
                .hasMessageContaining("unet/a has only [DOWN]; UP and DOWN are needed");
        assertThatThrownBy(() -> Lora.open(
                        lora(Map.of("unet.a.lora_A.weight", matrix(1, 3, 1), "unet.a.lora_B.weight", matrix(2, 2, 1)))))
                .hasMessageContaining("the matrices of unet/a do not fit each other");
        assertThatThrownBy(() -> Lora.open(
                        lora(Map.of("unet.a.lora_A.weight", matrix(0, 3, 1), "unet.a.lora_B.weight", matrix(2, 0, 1)))))
                .hasMessageContaining("the matrices of unet/a do not fit each other: [2, 0] and [0, 3]");
        Map<String, Tensor> pair = pair("unet.a.lora_B.weight", "unet.a.lora_A.weight", 1);
        pair.put("unet.a.alpha", matrix(1, 2, 1));
        assertThatThrownBy(() -> Lora.open(lora(pair)))
                .hasMessageContaining("alpha of unet/a is [1, 2], a number is needed");
        pair.put("unet.a.alpha", number(Double.NaN));
        assertThatThrownBy(() -> Lora.open(lora(pair)))
                .hasMessageContaining("ALPHA of unet/a has values that are no finite floating-point numbers");
    }

    @Test
    void of_a_lora_take_alpha_from_the_metadata_of_the_file_if_it_is_there() {
        Map<String, Tensor> pair = pair("unet.mid_block.proj.lora_B.weight", "unet.mid_block.proj.lora_A.weight", 4);
        assertThat(factor(pair, "{\"unet.lora_alpha\": 8}")).isEqualTo(2);
        assertThat(factor(pair, "{\"unet.lora_alpha\": 8, \"unet.use_rslora\": true}"))
                .isEqualTo(4);
        assertThat(factor(pair, "{\"unet.lora_alpha\": 8, \"unet.alpha_pattern\": {\"proj\": 12}}"))
                .isEqualTo(3);
        assertThatThrownBy(() -> factor(pair, "{\"unet.lora_alpha\": \"8\"}"))
                .hasMessageContaining("lora_alpha of unet is 8, a number is needed");
    }

    private double factor(Map<String, Tensor> tensors, String metadata) {
        Path file = folder.resolve("lora.safetensors");
        Safetensors.write(file, tensors, Map.of("lora_adapter_metadata", metadata));
        try (Parameters model = model();
                Lora lora = Lora.open(file)) {
            return lora.layersOf(Map.of(ModelPart.UNET, model)).get(0).factor();
        }
    }

    @Test
    void of_one_file_that_is_none_are_refused() throws IOException {
        Path gguf = folder.resolve("model.gguf");
        Files.writeString(gguf, "GGUF and more", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> SingleFile.open(gguf))
                .isInstanceOf(FormatException.class)
                .hasMessage(gguf + ": is a GGUF file, which is not supported; use one in .safetensors");
        assertThatThrownBy(() -> SingleFile.open(file("folder.safetensors", Map.of("conv_in.weight", matrix(1, 1, 1)))))
                .hasMessageContaining("has no " + FIRST + ", so it is no checkpoint of Stable Diffusion");
        Tensor conv = matrix(4, 4, 1).view(4, 4, 1, 1);
        assertThatThrownBy(() -> SingleFile.open(file("unet.safetensors", Map.of(FIRST, conv))))
                .hasMessageContaining("has no text encoder");
        assertThatThrownBy(() -> SingleFile.open(file(
                        "refiner.safetensors",
                        Map.of(FIRST, conv, "conditioner.embedders.0.model.ln_final.bias", matrix(1, 1, 1)))))
                .hasMessageContaining("is SDXL's refiner, which is not supported; SDXL's base is");
        String layer = "model.diffusion_model.input_blocks.1.0.in_layers.0.weight";
        String joined = "conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_bias";
        assertThatThrownBy(() -> SingleFile.open(file(
                        "joined.safetensors",
                        Map.of(
                                FIRST,
                                conv,
                                layer,
                                matrix(1, 1, 1),
                                joined,
                                matrix(4, 1, 1).view(4)))))
                .hasMessageContaining("tensor '" + joined + "' is not of the shape that OpenCLIP gives it");
        String strange = "model.diffusion_model.control.weight";
        assertThatThrownBy(() -> SingleFile.open(file(
                        "control.safetensors",
                        Map.of(
                                FIRST,
                                conv,
                                ENCODER,
                                matrix(1, 1, 1),
                                layer,
                                matrix(1, 1, 1),
                                strange,
                                matrix(1, 1, 1)))))
                .hasMessageContaining("tensor '" + strange + "' is none of Stable Diffusion's");
        assertThatThrownBy(() ->
                        SingleFile.open(file("cut.safetensors", Map.of(FIRST, conv, ENCODER, matrix(1, 1, 1)))))
                .hasMessageContaining(
                        "the 1 blocks below model.diffusion_model.input_blocks do not divide into 1 levels");
    }

    @ParameterizedTest
    @CsvSource({
        "input_blocks.0.0.weight, conv_in.weight",
        "input_blocks.1.0.in_layers.2.weight, down_blocks.0.resnets.0.conv1.weight",
        "input_blocks.2.0.op.bias, down_blocks.0.downsamplers.0.conv.bias",
        "input_blocks.3.1.proj_in.weight, down_blocks.1.attentions.0.proj_in.weight",
        "middle_block.2.emb_layers.1.weight, mid_block.resnets.1.time_emb_proj.weight",
        "output_blocks.1.1.norm.weight, up_blocks.0.attentions.1.norm.weight",
        "output_blocks.1.1.conv.weight, up_blocks.0.upsamplers.0.conv.weight",
        "output_blocks.1.2.conv.weight, up_blocks.0.upsamplers.0.conv.weight",
        "output_blocks.3.0.skip_connection.weight, up_blocks.1.resnets.1.conv_shortcut.weight",
        "label_emb.0.2.bias, add_embedding.linear_2.bias",
        "out.2.weight, conv_out.weight"
    })
    void of_a_u_net_are_counted_through_all_levels(String theirs, String ours) {
        assertThat(CompVisNames.unet(2, 1).ours(theirs)).contains(ours);
        assertThat(CompVisNames.unet(2, 1).theirs(ours)).contains(theirs);
    }

    @ParameterizedTest
    @CsvSource({
        "encoder.down.1.block.0.nin_shortcut.weight, encoder.down_blocks.1.resnets.0.conv_shortcut.weight",
        "encoder.mid.attn_1.proj_out.bias, encoder.mid_block.attentions.0.to_out.0.bias",
        "decoder.up.0.block.2.conv2.weight, decoder.up_blocks.2.resnets.2.conv2.weight",
        "decoder.up.2.upsample.conv.weight, decoder.up_blocks.0.upsamplers.0.conv.weight",
        "decoder.norm_out.weight, decoder.conv_norm_out.weight",
        "post_quant_conv.weight, post_quant_conv.weight"
    })
    void of_a_decoder_are_counted_from_the_other_end(String theirs, String ours) {
        assertThat(CompVisNames.vae(3, 2).ours(theirs)).contains(ours);
    }

    @Test
    void of_openclip_are_parted_and_turned_and_of_stable_diffusion_2_cut_before_the_last_layer() {
        String xl = "conditioner.embedders.1.model.";
        String two = "cond_stage_model.model.";
        List<String> unet = List.of(FIRST, "model.diffusion_model.input_blocks.1.0.in_layers.0.weight");
        Map<String, List<Placement>> ofXl = SingleFileNames.of(
                with(
                        unet,
                        xl + "transformer.resblocks.0.attn.in_proj_bias",
                        xl + "text_projection",
                        xl + "logit_scale"),
                Family.XL_BASE,
                "file");
        assertThat(ofXl.get(xl + "transformer.resblocks.0.attn.in_proj_bias"))
                .extracting(Placement::name, Placement::change)
                .containsExactly(
                        tuple("text_model.encoder.layers.0.self_attn.q_proj.bias", Placement.Change.QUERY),
                        tuple("text_model.encoder.layers.0.self_attn.k_proj.bias", Placement.Change.KEY),
                        tuple("text_model.encoder.layers.0.self_attn.v_proj.bias", Placement.Change.VALUE));
        assertThat(ofXl.get(xl + "text_projection"))
                .containsExactly(
                        new Placement(ModelPart.TEXT_ENCODER_2, "text_projection.weight", Placement.Change.TRANSPOSED));
        assertThat(ofXl).doesNotContainKey(xl + "logit_scale");

        Map<String, List<Placement>> ofTwo = SingleFileNames.of(
                with(
                        unet,
                        two + "transformer.resblocks.0.ln_1.bias",
                        two + "transformer.resblocks.1.ln_1.bias",
                        two + "transformer.resblocks.1.attn.in_proj_bias",
                        two + "text_projection"),
                Family.V2,
                "file");
        assertThat(ofTwo).containsOnlyKeys(with(unet, two + "transformer.resblocks.0.ln_1.bias"));
    }

    private static Set<String> with(List<String> names, String... more) {
        Set<String> all = new LinkedHashSet<>(names);
        all.addAll(List.of(more));
        return all;
    }

    @Test
    void of_a_text_encoder_may_lack_the_name_of_the_whole() {
        Map<String, List<Placement>> places = SingleFileNames.of(
                new LinkedHashSet<>(List.of(
                        FIRST,
                        "model.diffusion_model.input_blocks.1.0.in_layers.0.weight",
                        "cond_stage_model.transformer.final_layer_norm.weight")),
                Family.V1,
                "file");
        assertThat(places.get("cond_stage_model.transformer.final_layer_norm.weight"))
                .containsExactly(new Placement(
                        ModelPart.TEXT_ENCODER, "text_model.final_layer_norm.weight", Placement.Change.NONE));
    }
}
