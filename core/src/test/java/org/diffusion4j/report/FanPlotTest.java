package org.diffusion4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

@DisplayName("A fan plot")
class FanPlotTest {

    private static FanPlot.Panel panel(String name) {
        return new FanPlot.Panel(
                name,
                new double[] {1, Double.NaN, 3, 2},
                List.of(new FanPlot.Band(new double[] {1, 0}, new double[] {3, 4})),
                new double[] {2, 2},
                "Monday",
                "Thursday",
                "Saturday");
    }

    @Test
    void has_a_panel_with_past_median_and_bands_for_each_series() throws Exception {
        String svg = new FanPlot("two", List.of(panel("a < b"), panel("c"))).toSvg();

        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(document.getElementsByTagName("polygon").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("path").getLength()).isEqualTo(4);
        assertThat(svg).contains("a &lt; b", "Thursday").doesNotContain("NaN");
    }

    @Test
    void needs_something_to_show() {
        assertThatThrownBy(() -> new FanPlot("none", List.of())).hasMessage("a plot needs at least one panel");
    }
}
