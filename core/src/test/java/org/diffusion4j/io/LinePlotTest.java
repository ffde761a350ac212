package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
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
                .isEqualTo("76.0,384.0 388.0,212.0 700.0,40.0"); // both corners and the middle between them
        assertThat(svg).contains(">a &lt; b</text>", ">8</text>", ">0.5</text>");
    }

    @Test
    void has_equal_distances_for_equal_ratios_where_it_is_logarithmic() {
        assertThat(plot(true, new LinePlot.Line("a", List.of(0.0, 1.0, 2.0), List.of(1.0, 10.0, 100.0))))
                .contains("384.0 388.0,212.0 700.0,40.0", ">100</text>");
    }

    @Test
    void refuses_what_a_logarithmic_axis_cannot_show() {
        assertThatThrownBy(() -> plot(true, new LinePlot.Line("a", List.of(0.0), List.of(0.0))))
                .hasMessage("a logarithmic axis has no place for 0 and below");
    }

    private static String plot(boolean logY, LinePlot.Line line) {
        return new LinePlot("title", "x", "y", logY, List.of(line)).toSvg();
    }
}
