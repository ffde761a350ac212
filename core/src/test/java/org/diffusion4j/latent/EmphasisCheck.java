package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.data.clip.PromptChunk;
import org.diffusion4j.data.clip.WeightedText;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.nn.clip.ClipActivation;
import org.diffusion4j.nn.clip.ClipTextConfig;
import org.diffusion4j.nn.clip.ClipTextTower;

/** Weighted prompts through a folder's tokenizer and text encoder, as AUTOMATIC1111's web UI encodes them. */
public final class EmphasisCheck implements GoldenCheck {

    /** The text encoder of the folder of all cases. */
    private static final ClipTextConfig CONFIG = new ClipTextConfig(
            814, 77, 2, new ClipTextConfig.Width(8, 32, 2, 0, ClipActivation.QUICK_GELU), ClipTextConfig.LARGEST_TOKEN);

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("prompts") && golden.name().startsWith("emphasis_embedding");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        String folder = "folders/" + golden.config().get("folder").asText();
        assertThat(golden.config().get("comma_padding_backtrack").asInt()).isEqualTo(PromptChunk.COMMA_REACH);
        ClipTokenizer tokenizer = TokenizerFolder.read(GoldenCases.find(folder + "/tokenizer"));
        assertThat(golden.config().get("chunk_length").asInt()).isEqualTo(tokenizer.length() - 2);
        try (ClipTextTower tower = new ClipTextTower(CONFIG, 0, ScalarType.Double);
                NamedTensors weights =
                        NamedTensors.open(GoldenCases.find(folder + "/text_encoder/model.safetensors"))) {
            Map<String, Tensor> named = new HashMap<>(weights.tensors());
            named.keySet().removeIf(name -> name.endsWith("position_ids")); // are no weights
            tower.parameters().load(named, folder);
            int i = 0;
            for (JsonNode prompt : golden.json().at("/inputs/prompts")) {
                prompt(golden, out, i++, PromptChunk.of(WeightedText.parse(prompt.asText()), tokenizer), tower);
            }
        }
        golden.needsNo("inputs.prompts"); // are read here
    }

    private static void prompt(
            GoldenCase golden, Comparison out, int i, List<PromptChunk> chunks, ClipTextTower tower) {
        TensorVector tokens = new TensorVector();
        TensorVector weights = new TensorVector();
        TensorVector plain = new TensorVector();
        TensorVector original = new TensorVector();
        TensorVector noNorm = new TensorVector();
        for (PromptChunk chunk : chunks) {
            long[] row = chunk.tokens().stream().mapToLong(Integer::longValue).toArray();
            Tensor rows = Tensors.of(row, 1, row.length);
            Tensor states = tower.normalized(tower.hidden(rows, 0));
            tokens.push_back(rows);
            weights.push_back(Tensors.of(
                    chunk.weights().stream().mapToDouble(Double::doubleValue).toArray(), 1, row.length));
            plain.push_back(states);
            original.push_back(Emphasis.ORIGINAL.apply(states, chunk.weights()));
            noNorm.push_back(Emphasis.NO_NORM.apply(states, chunk.weights()));
        }
        int full = golden.config().get("chunk_length").asInt() * (chunks.size() - 1);
        out.expectExactly("tokens_" + i, Comparison.values(torch.cat(tokens, 0)));
        out.expectExactly(
                "token_count_" + i, full + chunks.get(chunks.size() - 1).used());
        out.expect("weights_" + i, torch.cat(weights, 0));
        out.expect("z_" + i, torch.cat(plain, 0));
        out.expect("original_" + i, torch.cat(original, 0));
        out.expect("no_norm_" + i, torch.cat(noNorm, 0));
    }
}
