package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A shipped model that draws from words")
class ShippedLatentModelTest {

    @Test
    void is_found_by_its_name() {
        assertThat(ShippedLatentModel.named("emoji")).contains(ShippedLatentModel.EMOJI);
        assertThat(ShippedLatentModel.named("emojis")).isEmpty();
    }
}
