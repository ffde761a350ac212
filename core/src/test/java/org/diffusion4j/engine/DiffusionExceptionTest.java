package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A message of the library")
class DiffusionExceptionTest {

    @Test
    void is_one_line_without_controls_whatever_it_quotes() {
        assertThat(new FormatException("a.json: key 'x\n\u001b[2J\u2028\u202ey' is not known; é stays"))
                .hasMessage("a.json: key 'x\\u000a\\u001b[2J\\u2028\\u202ey' is not known; é stays");
    }

    @Test
    void lacks_its_middle_where_it_quotes_too_much() {
        String message =
                new FormatException("a.json: key '" + "\0".repeat(1 << 20) + "' is not known", null).getMessage();
        assertThat(message)
                .startsWith("a.json: key '")
                .contains(" … ")
                .endsWith("' is not known")
                .hasSizeLessThan(2010);
    }
}
