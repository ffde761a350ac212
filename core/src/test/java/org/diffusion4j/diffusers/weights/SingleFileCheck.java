package org.diffusion4j.diffusers.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.NamedTensors;

/** Whole checkpoints of one file: each network has the tensors of the folder that it was made of. */
public final class SingleFileCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("single_file");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo("config.layout"); // the file tells
        String folder = "folders/" + golden.config().get("folder").asText() + "/";
        golden.needsNo("inputs.tensors_in_file"); // all have a place or are in the list of those that need none
        boolean halved = golden.config().get("stored_dtype").asText().equals("float16");
        try (SingleFile file =
                SingleFile.open(GoldenCases.find(golden.config().get("file").asText()))) {
            Map<ModelPart, Integer> counts = new TreeMap<>();
            for (ModelPart part : ModelPart.values()) {
                Map<String, Tensor> ours = file.weights(part);
                if (!ours.isEmpty()) {
                    counts.put(part, ours.size());
                    equal(part, ours, folder, halved);
                }
            }
            golden.json().get("expected").get("tensors").properties().forEach(entry -> {
                ModelPart part = counts.keySet().stream()
                        .filter(found -> found.folder().equals(entry.getKey()))
                        .findFirst()
                        .orElseThrow();
                double[] count = {entry.getValue().asDouble()};
                out.close(entry.getKey(), new double[] {counts.remove(part)}, count, 0, 0);
            });
            assertThat(counts).isEmpty();
            List<String> unneeded = new ArrayList<>();
            golden.json().get("expected").get("unneeded").forEach(name -> unneeded.add(name.asText()));
            assertThat(new TreeSet<>(file.unneeded())).isEqualTo(new TreeSet<>(unneeded));
        }
    }

    private static void equal(ModelPart part, Map<String, Tensor> ours, String folder, boolean halved) {
        String name = part.folder().startsWith("text") ? "model" : "diffusion_pytorch_model";
        try (NamedTensors file =
                NamedTensors.open(GoldenCases.find(folder + part.folder() + "/" + name + ".safetensors"))) {
            Map<String, Tensor> theirs = new TreeMap<>();
            file.tensors().forEach((key, tensor) -> {
                boolean text = name.equals("model") && !key.startsWith("text_");
                if (!key.endsWith("position_ids")) {
                    theirs.put(text ? "text_model." + key : key, tensor);
                }
            });
            assertThat(ours.keySet()).as(part.folder()).isEqualTo(theirs.keySet());
            theirs.forEach((key, tensor) -> assertThat(
                            ours.get(key).equal(halved ? tensor.to(ScalarType.Half) : tensor))
                    .as("%s of %s", key, part.folder())
                    .isTrue());
        }
    }
}
