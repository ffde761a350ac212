package org.diffusion4j.image.measure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.io.Json;

/**
 * The bits of those batches that are measured, in a file of their own that is called by all they depend on: a measurement that was
 * stopped goes on after the last batch that was finished, and one that was finished is not made again.
 *
 * @param file in JSON; absent as long as there is no batch
 */
public record KeptBits(Path file) {

    /**
     * The file of a measurement.
     *
     * @param cache the folder of all such files, where features of pictures are kept too
     * @param modelHash what the model is known by
     */
    public static KeptBits of(
            Path cache, String modelHash, DiffusionModel model, ImageDataset data, OdeBitsPerDim.Settings settings) {
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("model", modelHash);
        identity.put("data", data.fingerprint());
        identity.put("settings", Records.CAMEL_CASE.write(settings));
        identity.putAll(model.compute().identity());
        String name = "nll-ode-" + Sha256.of(Json.line(identity)).substring(0, 16) + ".json";
        return new KeptBits(cache.resolve(name));
    }

    /**
     * A batch.
     *
     * @param calls of the network, over all probes
     * @param bits of each image, one for each probe
     */
    record Batch(long calls, List<Image> bits) {}

    /** The bits per dimension of an image, one number for each probe. */
    record Image(List<Double> probes) {}

    /** What the file holds: the first batches. */
    record Finished(List<Batch> batches) {}

    List<Batch> read() {
        return Files.exists(file)
                ? new ArrayList<>(Records.CAMEL_CASE
                        .read(Finished.class, Json.readObject(file), file.toString())
                        .batches())
                : new ArrayList<>();
    }

    void write(List<Batch> batches) {
        Json.write(file, Records.CAMEL_CASE.write(new Finished(List.copyOf(batches))));
    }
}
