package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.nn.Parameters.Parameter;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;

/** Names, shapes and number of parameters of published U-Nets. */
final class PublishedNamesCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("published_names")
                && golden.json().path("class").asText().equals("UNet2DModel");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        try (UNet2D network = new UNet2D(UNet2DConfig.fromMap(golden.configMap(), golden.toString()), 0)) {
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            long count = 0;
            for (Parameter parameter : network.parameters().all()) {
                List<Long> shape = new ArrayList<>();
                for (long size : parameter.shape()) {
                    shape.add(size);
                }
                shapes.put(parameter.name(), shape);
                count += parameter.count();
            }
            assertThat(shapes).isEqualTo(published(golden));
            out.close(
                    "parameters",
                    new double[] {count},
                    new double[] {golden.json().get("parameters").asDouble()},
                    0,
                    0);
        }
    }

    private static Map<String, List<Long>> published(GoldenCase golden) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : golden.json().get("names").properties()) {
            List<Long> shape = new ArrayList<>();
            entry.getValue().forEach(size -> shape.add(size.asLong()));
            shapes.put(entry.getKey(), shape);
        }
        return shapes;
    }
}
