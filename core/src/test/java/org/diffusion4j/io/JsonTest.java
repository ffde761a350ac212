package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("JSON")
class JsonTest {

    @TempDir
    Path folder;

    @Test
    void reads_every_kind_of_value() {
        assertThat(Json.parse("{\"a\":[1,-2.5,1e-05,true,null,\"\\u4e2d\"],\"b\":{},\"c\":99999999999999999999}", "x"))
                .isEqualTo(Map.of(
                        "a", Arrays.asList(1L, -2.5, 1e-5, true, null, "中"),
                        "b", Map.of(),
                        "c", new BigInteger("99999999999999999999")));
    }

    @Test
    void writes_one_value_a_line_and_reads_it_back() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("z", List.of(1L, 0.0001));
        tree.put("a", Map.of());
        tree.put("none", null);
        tree.put("text", "中\n");
        assertThat(Json.pretty(tree)).isEqualTo("""
                        {
                          "z": [
                            1,
                            1.0E-4
                          ],
                          "a": {},
                          "none": null,
                          "text": "中\\n"
                        }
                        """);
        assertThat(Json.parse(Json.pretty(tree), "x")).isEqualTo(tree);
        assertThat(Json.line(tree)).isEqualTo("{\"z\":[1,1.0E-4],\"a\":{},\"none\":null,\"text\":\"中\\n\"}");
    }

    /** Double.toString of Java 17 and 18 gives one digit too many for some. */
    @Test
    void writes_the_shortest_number_that_reads_back_on_every_java() {
        assertThat(Json.line(2.0E-3)).isEqualTo("0.002");
        assertThat(Json.line(2e23)).isEqualTo("2.0E23");
    }

    @Test
    void refuses_to_write_what_json_cannot_say() {
        assertThatThrownBy(() -> Json.line(Double.NaN)).hasMessage("JSON has no number NaN");
        assertThatThrownBy(() -> Json.line(new Object[0]))
                .hasMessage("a JSON tree cannot hold a value of class [Ljava.lang.Object;");
    }

    @Test
    void keeps_what_only_python_has_words_for(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("scheduler_config.json");
        Files.writeString(file, "{\"a\": -Infinity, \"b\": {\"c\": NaN, \"d\": 1.5}, \"e\": Infinity}");

        assertThat(Json.readObjectOfPython(file))
                .isEqualTo(Map.of(
                        "a", Double.NEGATIVE_INFINITY,
                        "b", Map.of("c", Double.NaN, "d", 1.5),
                        "e", Double.POSITIVE_INFINITY));
        Files.writeString(file, "{\"a\": 1e999}");
        assertThatThrownBy(() -> Json.readObjectOfPython(file)).hasMessageContaining("the number 1e999 is too large");
        Files.writeString(file, "{\"a\": [-Infinity]}");
        assertThatThrownBy(() -> Json.readObjectOfPython(file))
                .hasMessageContaining("the number -Infinity is too large");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":1,"b":{"c":1,"c":2}} | line 1, column 19: the key 'c' stands twice in one object
            {"a":NaN}                 | line 1, column 9: Non-standard token 'NaN'
            {"a":1e999}               | line 1, column 6: the number 1e999 is too large
            {} {}                     | line 1, column 4: there is more text after the end of the JSON value
            [1,]                      | line 1, column 4: Unexpected character (']' (code 93)): expected a valid value
            {"a":1                    | line 1, column 7: Unexpected end-of-input: expected close marker for Object
            ``                        | is empty, a JSON value was expected
            """)
    void refuses(String text, String message) {
        assertThatThrownBy(() -> Json.parse(text, "x.json"))
                .isInstanceOf(FormatException.class)
                .hasMessage("x.json: " + message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"// c\n1", "{'a':1}", "{a:1}", "[01]", "[+1]", "[.5]", "\"\t\"", "[1 2]", "tru", "\uFEFF{}"})
    void refuses_what_is_not_strict(String text) {
        assertThatThrownBy(() -> Json.parse(text, "x.json"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("x.json: line ");
    }

    @Test
    void refuses_nesting_beyond_any_use_instead_of_running_out_of_stack() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000), "x.json")).isInstanceOf(FormatException.class);
    }

    @Test
    void names_the_file_and_the_place() throws IOException {
        Path file = Files.writeString(folder.resolve("recipe.json"), "{\n  \"a\": 1,\n  \"a\": 2\n}");
        assertThatThrownBy(() -> Json.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessage(file + ": line 3, column 3: the key 'a' stands twice in one object");
        Path list = Files.writeString(folder.resolve("list.json"), "[]");
        assertThatThrownBy(() -> Json.readObject(list))
                .isInstanceOf(FormatException.class)
                .hasMessage(list + ": is a list, an object was expected");
        Path absent = folder.resolve("absent.json");
        assertThatThrownBy(() -> Json.read(absent))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(absent + ": cannot be read: there is no such file or folder");
    }

    @Test
    void sets_a_value_by_its_path() {
        Map<String, @Nullable Object> tree = Json.object(Json.parse("{\"train\":{\"steps\":5}}", "x"), "x");
        Json.set(tree, "train.batchSize=64");
        Json.set(tree, "data.source=mnist");
        Json.set(tree, "model.blockOutChannels=[32, 64]");
        Json.set(tree, "name=");
        assertThat(Json.line(tree))
                .isEqualTo("{\"train\":{\"steps\":5,\"batchSize\":64},\"data\":{\"source\":\"mnist\"},"
                        + "\"model\":{\"blockOutChannels\":[32,64]},\"name\":\"\"}");
    }

    @Test
    void refuses_to_set_what_has_no_path() {
        Map<String, @Nullable Object> tree = Json.object(Json.parse("{\"train\":{\"steps\":5}}", "x"), "x");
        assertThatThrownBy(() -> Json.set(tree, "train.steps"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'train.steps' is not of the form path=value, such as train.batchSize=64");
        assertThatThrownBy(() -> Json.set(tree, "train.steps.x=1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'train.steps.x=1': 'steps' is the number 5, an object was expected");
    }
}
