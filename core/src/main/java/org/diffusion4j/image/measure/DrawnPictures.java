package org.diffusion4j.image.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.guidance.Steered;
import org.diffusion4j.io.Json;

/**
 * What a model draws, as pictures to measure.
 *
 * @param model borrowed
 * @param hash what the model is known by
 * @param steered by what the model is steered
 */
public record DrawnPictures(DiffusionModel model, String hash, Draw draw, Steered steered) implements Pictures {

    /** Of a model that nothing steers. */
    public DrawnPictures(DiffusionModel model, String hash, Draw draw) {
        this(model, hash, draw, Steered.NOT);
    }

    @Override
    public int count() {
        return draw.count();
    }

    @Override
    public int classes() {
        return steered.by().classes(model);
    }

    @Override
    public int label(int i) {
        return draw.label(i, classes());
    }

    @Override
    public Map<String, Object> identity() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", hash);
        facts.put("settings", draw.settings().identity());
        facts.put("seed", draw.seed());
        facts.putAll(model.compute().identity());
        if (!steered.identity().isEmpty()) {
            facts.put("steered", steered.identity());
        }
        if (!draw.labels().isEmpty()) {
            facts.put("labels", Sha256.of(Json.line(draw.labels())));
        }
        return facts;
    }

    @Override
    public Tensor pixels(int first, int count) {
        return steered.by().pixels(model, draw.withBatchSize(count), first, count);
    }
}
