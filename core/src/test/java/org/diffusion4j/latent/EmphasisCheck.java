package org.diffusion4j.latent;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.clip.PromptChunk;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.PipelineFolder;

/** The web UI's weights of words: rows of tokens, and what they make of the text encoder's output. */
public final class EmphasisCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().contains("sd_emphasis.EmphasisOriginal");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        out.close(
                "reach",
                new double[] {PromptChunk.COMMA_REACH},
                new double[] {config.get("comma_padding_backtrack").asInt()},
                0,
                0);
        int room = config.get("chunk_length").asInt();
        PipelineFolder folder = PipelineFolder.open(
                GoldenCases.find("folders/" + config.get("folder").asText()));
        try (TextEncoder encoder = TextEncoder.load(folder, "", Compute.DEFAULT)) {
            int i = 0;
            for (JsonNode prompt : golden.json().get("inputs").get("prompts")) {
                List<PromptChunk> chunks = encoder.chunks(prompt.asText(), false);
                out.expectExactly("tokens_" + i, numbers(chunks, false));
                out.expect("weights_" + i, numbers(chunks, true));
                out.expectExactly(
                        "token_count_" + i,
                        room * (chunks.size() - 1)
                                + chunks.get(chunks.size() - 1).used());
                TensorVector plain = new TensorVector();
                TensorVector weighted = new TensorVector();
                for (PromptChunk chunk : chunks) {
                    plain.push_back(encoder.states(List.of(unweighted(chunk)), 0, true));
                    weighted.push_back(encoder.states(List.of(chunk), 0, true));
                }
                Tensor states = torch.cat(plain, 0);
                out.expect("z_" + i, states);
                out.expect("original_" + i, torch.cat(weighted, 0));
                golden.expected("no_norm_" + i); // another rule of the web UI, which is not offered
                i++;
            }
        }
    }

    private static PromptChunk unweighted(PromptChunk chunk) {
        return new PromptChunk(
                chunk.tokens(), chunk.weights().stream().map(weight -> 1.0).toList(), chunk.used());
    }

    private static double[] numbers(List<PromptChunk> chunks, boolean weights) {
        return chunks.stream()
                .flatMap(chunk -> weights
                        ? chunk.weights().stream()
                        : chunk.tokens().stream().map(Integer::doubleValue))
                .mapToDouble(Double::doubleValue)
                .toArray();
    }
}
