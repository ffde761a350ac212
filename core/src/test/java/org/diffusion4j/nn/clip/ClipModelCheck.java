package org.diffusion4j.nn.clip;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.evaluate.ClipScore;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** CLIP as a whole against transformers, and its score of pairs. */
public final class ClipModelCheck implements GoldenCheck {

    private static final int RGB = 3;

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("CLIPModel");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo("config.layer_norm_eps"); // the same in all
        JsonNode text = golden.config().get("text_config");
        text.get("bos_token_id"); // of the tokenizer
        text.get("pad_token_id");
        int projection = golden.config().get("projection_dim").asInt();
        ClipTextConfig texts = new ClipTextConfig(
                text.get("vocab_size").asInt(),
                text.get("max_position_embeddings").asInt(),
                text.get("num_hidden_layers").asInt(),
                ClipVisionCheck.width(text, projection),
                text.get("eos_token_id").asInt());
        ClipVisionConfig pictures = ClipVisionCheck.config(golden.config().get("vision_config"), RGB, projection);
        try (ClipModel model = new ClipModel(texts, pictures, 0, ScalarType.Double)) {
            Map<String, Tensor> weights = ClipTextCheck.weights(golden);
            weights.computeIfPresent(
                    "logit_scale", (name, scale) -> scale.squeeze()); // the case has scalars as vectors
            model.parameters().load(weights, golden.toString());
            Tensor ofTexts = model.textFeatures(Comparison.tensor(golden.input("input_ids"), ScalarType.Long));
            Tensor ofPictures =
                    model.pictureFeatures(Comparison.tensor(golden.input("pixel_values"), ScalarType.Double));
            out.expect("text_embeds", ofTexts);
            out.expect("image_embeds", ofPictures);
            Tensor logits = model.logits(ofTexts, ofPictures);
            out.expect("logits_per_text", logits);
            out.expect("logits_per_image", logits.t());
            out.expect("probabilities_per_image", logits.t().softmax(-1));
            long pairs = Math.min(ofTexts.size(0), ofPictures.size(0));
            ClipScore score = ClipScore.of(ofTexts.narrow(0, 0, pairs), ofPictures.narrow(0, 0, pairs));
            out.expect(
                    "clip_score_pairs",
                    score.pairs().stream().mapToDouble(Double::doubleValue).toArray());
            out.expect("clip_score", score.mean());
            if (golden.expects("loss")) {
                out.expect("loss", ClipModel.loss(logits).item_double());
            }
        }
    }
}
