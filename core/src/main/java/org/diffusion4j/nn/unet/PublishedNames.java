package org.diffusion4j.nn.unet;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

/**
 * The names of parameters in folders published before 2023, which call the layers of attention {@code query}, {@code key},
 * {@code value} and {@code proj_attn}, sometimes as convolutions of 1×1.
 */
public final class PublishedNames {

    private static final Map<String, String> PRESENT =
            Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");
    private static final Pattern ATTENTION = Pattern.compile(
            "(.*\\battentions\\.\\d+\\.)(query|key|value|proj_attn|to_q|to_k|to_v|to_out\\.0)\\.(weight|bias)");

    private PublishedNames() {}

    /**
     * The same weights under the names and shapes of today, in the same order.
     *
     * @return the given tensors, or views of them made in the caller's scope
     */
    public static Map<String, Tensor> present(Map<String, Tensor> published) {
        Map<String, Tensor> present = new LinkedHashMap<>();
        published.forEach((name, tensor) -> {
            Matcher attention = ATTENTION.matcher(name);
            if (attention.matches()) {
                String layer = PRESENT.getOrDefault(attention.group(2), attention.group(2));
                boolean convolution = attention.group(3).equals("weight") && tensor.dim() == 4;
                present.put(
                        attention.group(1) + layer + "." + attention.group(3),
                        convolution ? tensor.flatten(1, 3) : tensor);
            } else {
                present.put(name, tensor);
            }
        });
        return present;
    }
}
