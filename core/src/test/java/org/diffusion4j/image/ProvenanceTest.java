package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a picture says of its making")
class ProvenanceTest {

    @Test
    void is_refused_where_its_model_has_a_path_that_cannot_be() {
        Map<String, String> text = Map.of("diffusion4j", "{\"model\": \"a\\u0000b\"}");
        assertThatThrownBy(() -> Provenance.fromText(text, Path.of("x.png")))
                .isInstanceOf(FormatException.class)
                .hasMessage("x.png: names a model whose path no file system has");
    }
}
