package org.diffusion4j.diffusers.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diffusion4j.diffusers.weights.CheckpointKind.Family;
import org.diffusion4j.diffusers.weights.Placement.Change;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.Json;

/** What the names in published checkpoints of one file tell, and what they become in a folder. */
public final class SingleFileNamesCheck implements GoldenCheck {

    private static final String DETECT = "loaders.single_file_utils.infer_diffusers_model_type";

    private static final Map<CheckpointKind, String> KINDS = Map.of(
            new CheckpointKind(Family.V1, 4), "v1",
            new CheckpointKind(Family.V1, 9), "inpainting",
            new CheckpointKind(Family.V1, 8), "instruct-pix2pix",
            new CheckpointKind(Family.V2, 4), "v2",
            new CheckpointKind(Family.V2, 9), "inpainting_v2",
            new CheckpointKind(Family.XL_BASE, 4), "xl_base",
            new CheckpointKind(Family.XL_BASE, 9), "xl_inpaint",
            new CheckpointKind(Family.XL_REFINER, 4), "xl_refiner");

    private static final Map<Change, String> OPERATIONS = Map.of(
            Change.NONE,
            "",
            Change.FLATTENED,
            "s",
            Change.TRANSPOSED,
            "t",
            Change.QUERY,
            "q",
            Change.KEY,
            "q",
            Change.VALUE,
            "q");

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals(DETECT)
                || golden.symbol().startsWith("loaders.single_file_utils: convert_ldm_unet");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        if (golden.symbol().equals(DETECT)) {
            detect(golden, out);
        } else {
            names(golden, out);
        }
    }

    /** Rows whose file is not here, as in a plain clone, are passed over. */
    private static void detect(GoldenCase golden, Comparison out) {
        golden.needsNo("config.key_names"); // of the reference; here families differ by their text encoders
        JsonNode types = golden.json().get("expected").get("types");
        int row = 0;
        for (JsonNode file : golden.json().get("inputs").get("files")) {
            String type = types.get(row++).asText();
            String base = file.get("base").asText();
            JsonNode changes = file.get("changed");
            if (GoldenCases.roots().stream().noneMatch(root -> Files.exists(file(root, base)))) {
                continue;
            }
            Map<String, long[]> tensors =
                    shapes(GoldenCase.read(GoldenCases.find("published_names/" + base + ".json")));
            changes.properties().forEach(change -> {
                tensors.remove(change.getKey());
                if (!change.getValue().isNull()) {
                    tensors.put(change.getKey(), shape(change.getValue()));
                }
            });
            int inChannels = (int) tensors.get("model.diffusion_model.input_blocks.0.0.weight")[1];
            assertThat(KINDS.get(CheckpointKind.of(tensors.keySet(), inChannels, base)))
                    .as("%s with %s", base, changes)
                    .isEqualTo(type);
            out.close("types", new double[] {row}, new double[] {row}, 0, 0);
        }
    }

    private static Path file(Path root, String base) {
        return root.resolve("published_names").resolve(base + ".json");
    }

    private static void names(GoldenCase golden, Comparison out) {
        Map<String, long[]> tensors = shapes(golden);
        CheckpointKind kind = CheckpointKind.of(tensors.keySet(), 4, golden.toString());
        JsonNode expected = golden.json().get("expected");
        assertThat(KINDS).containsEntry(kind, expected.get("checkpoint_type").asText());

        List<String> names = new ArrayList<>(tensors.keySet());
        expected.get("ignored_may_be_present").forEach(name -> names.add(name.asText()));
        Map<String, List<Placement>> placements =
                SingleFileNames.of(new LinkedHashSet<>(names), kind.family(), golden.toString());
        int row = 0;
        for (String name : tensors.keySet()) {
            List<Placement> placed = placements.getOrDefault(name, List.of());
            JsonNode target = expected.get("target_names").get(row);
            List<String> targets = new ArrayList<>();
            (target.isArray() ? target : List.of(target)).forEach(one -> {
                if (!one.isNull()) {
                    targets.add(one.asText());
                }
            });
            String operation = expected.get("operations").get(row++).asText();
            assertThat(placed.stream().map(place -> place.part().folder() + "/" + place.name()))
                    .as(name)
                    .isEqualTo(targets);
            assertThat(placed)
                    .as(name)
                    .allMatch(place -> OPERATIONS.get(place.change()).equals(operation));
            out.close("operations", new double[] {placed.size()}, new double[] {targets.size()}, 0, 0);
        }
        assertThat(placements.keySet()).isSubsetOf(tensors.keySet());

        for (ModelPart part : ModelPart.values()) {
            Map<String, Object> ours =
                    new TreeMap<>(PublishedConfigs.of(kind, part).orElse(Map.of()));
            Object theirs = golden.configMap().get(part.folder());
            assertThat(Json.line(ours))
                    .as(part.folder())
                    .isEqualTo(Json.line(theirs instanceof Map<?, ?> map ? new TreeMap<>(map) : Map.of()));
        }
    }

    /** In the order of the file. */
    private static Map<String, long[]> shapes(GoldenCase golden) {
        JsonNode inputs = golden.json().get("inputs");
        Map<String, long[]> shapes = new LinkedHashMap<>();
        int row = 0;
        for (JsonNode name : inputs.get("source_names")) {
            shapes.put(
                    name.asText(),
                    shape(inputs.get("shape_table")
                            .get(inputs.get("shapes").get(row++).asInt())));
        }
        return shapes;
    }

    private static long[] shape(JsonNode sizes) {
        long[] shape = new long[sizes.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = sizes.get(i).asLong();
        }
        return shape;
    }
}
