package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.diffusion4j.engine.Require.require;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Settings as records")
class RecordsTest {

    enum Mode {
        FAST,
        SLOW
    }

    record Inner(int batchSize, double learningRate) {
        Inner {
            require(batchSize > 0, "batchSize must be at least 1, was %s", batchSize);
        }
    }

    record Outer(
            String name,
            long steps,
            boolean flip,
            Mode mode,
            List<Integer> widths,
            @Nullable String note,
            Inner inner) {}

    private static final Outer DEFAULTS =
            new Outer("run", 5_000_000_000L, false, Mode.FAST, List.of(32, 64), null, new Inner(128, 1e-4));

    @Test
    void takes_what_the_tree_leaves_out_from_the_defaults_at_every_depth() {
        Map<String, Object> tree = Map.of("mode", "SLOW", "inner", Map.of("learningRate", 1L));
        assertThat(read(tree))
                .isEqualTo(
                        new Outer("run", 5_000_000_000L, false, Mode.SLOW, List.of(32, 64), null, new Inner(128, 1)));
    }

    @Test
    void goes_to_a_tree_and_back_in_both_spellings() {
        assertThat(Records.CAMEL_CASE.write(DEFAULTS))
                .containsOnlyKeys("name", "steps", "flip", "mode", "widths", "note", "inner")
                .containsEntry("inner", Map.of("batchSize", 128, "learningRate", 1e-4));
        assertThat(read(Records.CAMEL_CASE.write(DEFAULTS))).isEqualTo(DEFAULTS);
        assertThat(Records.SNAKE_CASE.write(DEFAULTS).keySet())
                .containsExactly("flip", "inner", "mode", "name", "note", "steps", "widths");
        assertThat(Records.SNAKE_CASE.write(DEFAULTS))
                .containsEntry("inner", Map.of("batch_size", 128, "learning_rate", 1e-4));
        assertThat(Records.SNAKE_CASE.read(DEFAULTS, Records.SNAKE_CASE.write(DEFAULTS), "x"))
                .isEqualTo(DEFAULTS);
    }

    @Test
    void takes_a_single_value_for_a_list_of_it_and_null_for_the_empty_list() {
        assertThat(read(Map.of("widths", 8)).widths()).containsExactly(8);
        assertThat(read(Collections.singletonMap("widths", null)).widths()).isEmpty();
    }

    @Test
    void takes_a_whole_number_in_any_spelling_for_an_integer() {
        assertThat(read(Map.of("steps", 1e5)).steps()).isEqualTo(100_000);
    }

    @Test
    void refuses_an_unknown_key_by_its_path_with_those_that_are_known() {
        assertRefused(
                Map.of("inner", Map.of("batchsize", 3)),
                "key 'inner.batchsize' is not known; did you mean 'batchSize'? known are: batchSize, learningRate");
        assertRefused(
                Map.of("colour", "red"),
                "key 'colour' is not known; known are: flip, inner, mode, name, note, steps, widths");
    }

    @Test
    void passes_over_keys_with_an_underscore_in_the_files_of_diffusers_only() {
        Map<String, Object> tree = Map.of("_class_name", "Outer");
        assertThat(Records.SNAKE_CASE.read(DEFAULTS, tree, "x")).isEqualTo(DEFAULTS);
        assertThatThrownBy(() -> read(tree)).hasMessageStartingWith("recipe.json: key '_class_name' is not known");
    }

    @Test
    void refuses_a_value_of_another_type_by_its_path() {
        assertRefused(
                Map.of("inner", Map.of("batchSize", "many")),
                "'inner.batchSize' must be an integer, was the text many");
        assertRefused(Map.of("inner", Map.of("batchSize", 1.5)), "'inner.batchSize' must be an integer, was 1.5");
        assertRefused(
                Map.of("inner", Map.of("batchSize", 1L << 40)),
                "'inner.batchSize' must be an integer, was 1099511627776");
        assertRefused(Map.of("inner", 7), "'inner' must be an object, was 7");
        assertRefused(Map.of("flip", "yes"), "'flip' must be true or false, was the text yes");
        assertRefused(Map.of("name", 1), "'name' must be a text, was 1");
        assertRefused(Collections.singletonMap("name", null), "'name' must be a text, was null");
        assertRefused(Map.of("widths", List.of(8, "x")), "'widths' must be an integer, was the text x");
        assertRefused(Map.of("widths", Arrays.asList(8, null)), "'widths' must be an integer, was null");
        assertRefused(
                Map.of("mode", "fast"), "'mode': there is no mode 'fast'; did you mean 'FAST'? known are: FAST, SLOW");
    }

    @Test
    void passes_on_what_a_record_refuses() {
        assertRefused(Map.of("inner", Map.of("batchSize", 0)), "batchSize must be at least 1, was 0");
    }

    record Facts(long step, @Nullable Double loss) {}

    @Test
    void needs_every_key_that_is_not_nullable_where_there_are_no_defaults() {
        assertThat(Records.CAMEL_CASE.read(Facts.class, Map.of("step", 3), "state.json"))
                .isEqualTo(new Facts(3, null));
        assertThatThrownBy(() -> Records.CAMEL_CASE.read(Facts.class, Map.of("loss", 1), "state.json"))
                .isInstanceOf(FormatException.class)
                .hasMessage("state.json: key 'step' is missing");
    }

    private static Outer read(Map<String, ?> tree) {
        return Records.CAMEL_CASE.read(DEFAULTS, tree, "recipe.json");
    }

    private static void assertRefused(Map<String, ?> tree, String message) {
        assertThatThrownBy(() -> read(tree)).isInstanceOf(FormatException.class).hasMessage("recipe.json: " + message);
    }

    record Seeded(long seed, long steps) {}

    @Test
    void takes_a_seed_of_64_bits_with_or_without_a_sign() {
        Seeded defaults = new Seeded(0, 1);
        BigInteger all = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
        assertThat(Records.CAMEL_CASE.read(defaults, Map.of("seed", all), "x").seed())
                .isEqualTo(-1);
        assertThat(Records.CAMEL_CASE.read(defaults, Map.of("seed", -1L), "x").seed())
                .isEqualTo(-1);
        for (Map<String, BigInteger> refused :
                List.of(Map.of("seed", all.add(BigInteger.ONE)), Map.of("steps", all), Map.of("seed", all.negate()))) {
            assertThatThrownBy(() -> Records.CAMEL_CASE.read(defaults, refused, "x"))
                    .hasMessageContaining("must be an integer");
        }
    }
}
