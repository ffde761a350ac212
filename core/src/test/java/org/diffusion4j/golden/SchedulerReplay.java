package org.diffusion4j.golden;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffusion4j.sample.SchedulerConfig;
import org.diffusion4j.schedule.TimeGrid;

/** The schedulers of diffusers that our samplers replay, and their configuration. */
final class SchedulerReplay {

    private static final Set<String> CLASSES = Set.of("DDPMScheduler", "DDIMScheduler");

    private SchedulerReplay() {}

    /** Whether {@code method} of one of our schedulers was recorded. Learned variances are not among what is replayed yet. */
    static boolean covers(GoldenCase golden, String kind, String method) {
        String[] symbol = golden.symbol().split("\\.", 2);
        return golden.kind().equals(kind)
                && symbol.length == 2
                && CLASSES.contains(symbol[0])
                && symbol[1].equals(method)
                && !golden.config().path("variance_type").asText().startsWith("learned");
    }

    static SchedulerConfig config(GoldenCase golden) {
        Map<String, Object> config = new HashMap<>(golden.configMap());
        config.put("_class_name", golden.symbol().split("\\.")[0]);
        return SchedulerConfig.fromMap(config, golden.toString());
    }

    static double[] times(TimeGrid grid) {
        return IntStream.range(0, grid.steps()).mapToDouble(grid::time).toArray();
    }
}
