package org.diffusion4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.diffusion4j.report.LinePlot.Axis;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

@DisplayName("A line plot")
class LinePlotTest {

    @Test
    void is_well_formed_and_puts_each_point_where_its_axes_say() throws Exception {
        String svg = plot(false, new LinePlot.Line("a < b", List.of(0.0, 5.0, 10.0), List.of(0.0, 1.0, 2.0)));
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("polyline")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("points")
                        .getNodeValue())
                .isEqualTo("56.0,284.0 240.0,158.0 424.0,32.0"); // both corners and the middle between them
        assertThat(svg).contains(">a &lt; b</text>", ">8</text>", ">0.5</text>");
    }

    @Test
    void has_equal_distances_for_equal_ratios_where_it_is_logarithmic() {
        assertThat(plot(true, new LinePlot.Line("a", List.of(0.0, 1.0, 2.0), List.of(1.0, 10.0, 100.0))))
                .contains("284.0 240.0,158.0 424.0,32.0", ">100</text>", ">2</text>");
    }

    @Test
    void refuses_what_a_logarithmic_axis_cannot_show() {
        assertThatThrownBy(() -> plot(true, new LinePlot.Line("a", List.of(0.0), List.of(0.0))))
                .hasMessage("a logarithmic axis has no place for 0 and below");
    }

    @Test
    void shows_a_level_and_reaches_as_far_as_it_is_told() {
        LinePlot.Line line = new LinePlot.Line("a", List.of(5.0, 50.0), List.of(20.0, 2.0));
        String svg = new LinePlot(
                        "title",
                        Axis.log("x"),
                        Axis.log("y").reaching(List.of(100.0)),
                        List.of(line),
                        List.of(new LinePlot.Level("floor", 1)))
                .toHtml();
        assertThat(svg)
                .contains("y1=\"284.0\" x2=\"424.0\" y2=\"284.0\" class=\"level\"", ">floor</text>", ">100</text>")
                .contains("<title>a: 5, 20</title>", "M56.0 120.1", ">50</text>")
                .doesNotContain("<style>", ">200</text>");
    }

    @Test
    void draws_a_bar_about_each_point_that_has_a_spread_and_sets_lines_side_by_side() {
        LinePlot.Line one = new LinePlot.Line("one", List.of(0.0, 10.0), List.of(2.0, 4.0), List.of(0.0, 4.0));
        LinePlot.Line other = new LinePlot.Line("other", List.of(0.0, 10.0), List.of(0.0, 8.0), List.of(0.0, 0.0));
        String svg = new LinePlot("title", Axis.linear("x"), Axis.linear("y"), List.of(one, other), List.of()).toSvg();
        assertThat(svg)
                .containsOnlyOnce("class=\"bar\"")
                .contains("M418.5 32.0h6.0m-3.0 0V284.0m-3.0 0h6.0") // from 0 to 8, the whole height
                .contains("points=\"53.5,221.0 421.5,158.0\"", "points=\"58.5,284.0 426.5,32.0\"")
                .contains("<title>one: 10, 4 ± 4</title>", "<title>one: 0, 2</title>");
        LinePlot.Line low = new LinePlot.Line("low", List.of(1.0), List.of(2.0), List.of(3.0));
        assertThat(plot(true, low)).contains("V284.0m").doesNotContain("NaN", "Infinity");
        assertThatThrownBy(() -> new LinePlot.Line("a", List.of(1.0), List.of(2.0), List.of(1.0, 1.0)))
                .hasMessage("'a' has 1 y and 2 spreads");
    }

    @Test
    void gives_each_of_eight_lines_its_own_colour_and_mark_on_light_and_on_dark() {
        for (String style : List.of(LinePlot.LIGHT, LinePlot.DARK)) {
            assertThat(Pattern.compile("\\.c\\d \\{ color: (#\\w+)")
                            .matcher(style)
                            .results()
                            .map(found -> found.group(1)))
                    .hasSize(8)
                    .doesNotHaveDuplicates();
        }
        List<LinePlot.Line> lines = IntStream.range(0, 8)
                .mapToObj(i -> new LinePlot.Line("l" + i, List.of(0.0), List.of(0.0)))
                .toList();
        String svg = new LinePlot("title", Axis.linear("x"), Axis.linear("y"), lines, List.of()).toHtml();
        assertThat(Pattern.compile("<path d=\"M[\\d.]+ [\\d.]+(m\\S+[^\"]*)\" class=\"mark\"")
                        .matcher(svg)
                        .results()
                        .map(found -> found.group(1))
                        .distinct())
                .hasSize(8);
    }

    private static String plot(boolean logY, LinePlot.Line line) {
        Axis y = logY ? Axis.log("y") : Axis.linear("y");
        return new LinePlot("title", Axis.linear("x"), y, List.of(line), List.of()).toSvg();
    }
}
