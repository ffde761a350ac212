package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffusion4j.golden.GoldenCase.Array;

/**
 * The weights of a case: stored as {@code weights.NAME}, or made by the counter formula of {@code README-networks.md} where the case
 * has a {@code weights_formula}.
 */
public final class FormulaWeights {

    private FormulaWeights() {}

    /** All weights of a case by parameter name. */
    public static Map<String, Array> of(GoldenCase golden) {
        JsonNode formula = golden.json().path("weights_formula");
        Map<String, Array> weights = new LinkedHashMap<>();
        if (formula.isMissingNode()) {
            golden.tensors().forEach((key, array) -> {
                if (key.startsWith("weights.")) {
                    weights.put(key.substring("weights.".length()), array);
                }
            });
            return weights;
        }
        int i = 0;
        for (JsonNode parameter : formula.get("parameters")) {
            weights.put(parameter.get("name").asText(), made(formula.get("seed").asLong(), i, parameter));
            i++;
        }
        return weights;
    }

    private static Array made(long seed, int i, JsonNode parameter) {
        JsonNode sizes = parameter.get("shape");
        long[] shape = new long[sizes.size()];
        int count = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = sizes.get(axis).asLong();
            count = Math.toIntExact(count * shape[axis]);
        }
        double center = parameter.get("center").asDouble();
        double scale = parameter.get("scale").asDouble();
        double[] values = new double[count];
        for (int j = 0; j < count; j++) {
            values[j] = (float) (center + scale * uniform(seed, i, j));
        }
        return new Array(values, shape, "FORMULA");
    }

    /** The j-th draw of the i-th parameter, in [-1, 1). */
    static double uniform(long seed, long i, long j) {
        long z = seed + (i + 1) * 0xD1342543DE82EF95L + (j + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z = z ^ (z >>> 31);
        return (z >>> 11) * 0x1p-53 * 2 - 1;
    }
}
