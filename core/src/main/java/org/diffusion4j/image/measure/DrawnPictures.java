package org.diffusion4j.image.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.io.Json;

/**
 * What a model draws, as pictures to measure.
 *
 * @param model lent
 * @param hash what the model is known by
 */
public record DrawnPictures(DiffusionModel model, String hash, Draw draw) implements Pictures {

    @Override
    public int count() {
        return draw.count();
    }

    @Override
    public int classes() {
        return model.classes();
    }

    @Override
    public int label(int i) {
        return draw.label(i, model.classes());
    }

    @Override
    public Map<String, Object> identity() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", hash);
        facts.put("settings", Records.CAMEL_CASE.write(draw.settings()));
        facts.put("seed", draw.seed());
        facts.putAll(model.compute().identity());
        if (!draw.labels().isEmpty()) {
            facts.put("labels", Sha256.of(Json.line(draw.labels())));
        }
        return facts;
    }

    @Override
    public Tensor pixels(int first, int count) {
        return model.pixels(draw.withBatchSize(count), first, count);
    }
}
