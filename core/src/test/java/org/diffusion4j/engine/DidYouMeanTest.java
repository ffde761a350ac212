package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Did you mean")
class DidYouMeanTest {

    private static final List<String> KNOWN = List.of("train.batchSize", "train.steps", "data.flip");

    @Test
    void names_the_nearest_whatever_its_spelling() {
        assertThat(DidYouMean.among("train.batch_size", KNOWN))
                .startsWith("did you mean 'train.batchSize'? known are: data.flip, ");
        assertThat(DidYouMean.among("train.stepz", KNOWN)).startsWith("did you mean 'train.steps'? ");
    }

    @Test
    void lists_all_where_none_is_near() {
        assertThat(DidYouMean.among("colour", KNOWN)).isEqualTo("known are: data.flip, train.batchSize, train.steps");
    }
}
