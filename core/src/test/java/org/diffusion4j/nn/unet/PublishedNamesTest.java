package org.diffusion4j.nn.unet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Names of folders from before 2023")
class PublishedNamesTest {

    @Test
    void become_those_of_today_inside_attention_only() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> old = new LinkedHashMap<>();
            old.put("mid_block.attentions.0.query.weight", torch.zeros(4, 4));
            old.put("mid_block.attentions.0.key.bias", torch.zeros(4));
            old.put("up_blocks.1.attentions.2.value.weight", torch.zeros(4, 4));
            old.put("up_blocks.1.attentions.2.proj_attn.weight", torch.zeros(4, 4));
            old.put("mid_block.attentions.0.group_norm.weight", torch.zeros(4));
            old.put("key.weight", torch.zeros(4));

            assertThat(PublishedNames.present(old).keySet())
                    .containsExactly(
                            "mid_block.attentions.0.to_q.weight",
                            "mid_block.attentions.0.to_k.bias",
                            "up_blocks.1.attentions.2.to_v.weight",
                            "up_blocks.1.attentions.2.to_out.0.weight",
                            "mid_block.attentions.0.group_norm.weight",
                            "key.weight");
        }
    }

    @Test
    void lose_the_two_axes_of_a_convolution_of_one_pixel() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> present =
                    PublishedNames.present(Map.of("attentions.0.query.weight", torch.zeros(6, 4, 1, 1)));

            assertThat(present.get("attentions.0.to_q.weight").sizes().vec().get())
                    .containsExactly(6, 4);
        }
    }
}
