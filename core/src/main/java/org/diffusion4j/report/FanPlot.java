package org.diffusion4j.report;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Panels of what was and of what may come: a line of the past, then the median within bands.
 *
 * @param title of the whole
 * @param panels one below the other, two beside each other
 */
public record FanPlot(String title, List<Panel> panels) {

    private static final int WIDTH = 400;
    private static final int HEIGHT = 220;
    private static final int HEAD = 34;
    private static final int LEFT = 58;
    private static final int RIGHT = 12;
    private static final int TOP = 28;
    private static final int BOTTOM = 26;
    private static final int COLUMNS = 2;

    /**
     * One quantity.
     *
     * @param past values up to now; NaN where one is missing
     * @param bands quantiles from now on, each as long as the median, from the outermost pair to the innermost
     * @param median from now on
     * @param begin the time of the first value, and so on
     */
    public record Panel(
            String name, double[] past, List<Band> bands, double[] median, String begin, String now, String end) {

        public Panel {
            bands = List.copyOf(bands);
            require(past.length >= 1 && median.length >= 1, "a panel needs a past and a forecast");
        }
    }

    /** The lower and the upper bound of a band. */
    public record Band(double[] lower, double[] upper) {}

    public FanPlot {
        panels = List.copyOf(panels);
        require(!panels.isEmpty(), "a plot needs at least one panel");
    }

    /** The plot as an SVG document. */
    public String toSvg() {
        int columns = Math.min(COLUMNS, panels.size());
        int rows = (panels.size() + columns - 1) / columns;
        StringBuilder svg = new StringBuilder(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
                        + "<title>%s</title>\n<style>text{font:11px sans-serif;fill:#333}.grid{stroke:#ddd}"
                        + ".now{stroke:#888;stroke-dasharray:3 3}.past{fill:none;stroke:#222;stroke-width:1.3}"
                        + ".median{fill:none;stroke:#1f5fa8;stroke-width:1.6}.band{fill:#1f77d0;fill-opacity:.22}"
                        + "</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                columns * WIDTH, HEAD + rows * HEIGHT, columns * WIDTH, HEAD + rows * HEIGHT, Xml.escape(title)));
        svg.append(text(columns * WIDTH / 2.0, 22, "middle", title));
        for (int i = 0; i < panels.size(); i++) {
            svg.append(format(
                    "<g transform=\"translate(%d %d)\">\n%s</g>\n",
                    i % columns * WIDTH, HEAD + i / columns * HEIGHT, panel(panels.get(i))));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String panel(Panel panel) {
        int count = panel.past.length + panel.median.length;
        DoubleStream all = DoubleStream.concat(
                DoubleStream.concat(DoubleStream.of(panel.past), DoubleStream.of(panel.median)),
                panel.bands.stream()
                        .flatMapToDouble(
                                band -> DoubleStream.concat(DoubleStream.of(band.lower), DoubleStream.of(band.upper))));
        Scale down = Scale.over(false, all.filter(value -> !Double.isNaN(value)));
        StringBuilder svg = new StringBuilder(text(LEFT, 16, "start", panel.name));
        for (double tick : down.ticks()) {
            double y = down(down, tick);
            svg.append(format(
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" class=\"grid\"/>\n", LEFT, y, WIDTH - RIGHT, y));
            svg.append(text(LEFT - 5, y + 4, "end", number(tick)));
        }
        int last = panel.past.length - 1;
        double now = across(last, count);
        svg.append(format(
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" class=\"now\"/>\n", now, TOP, now, HEIGHT - BOTTOM));
        svg.append(text(LEFT, HEIGHT - 8, "start", panel.begin));
        svg.append(text(now + 4, HEIGHT - 8, "end", panel.now));
        svg.append(text(WIDTH - RIGHT, HEIGHT - 8, "end", panel.end));
        for (Band band : panel.bands) {
            StringBuilder points = new StringBuilder();
            IntStream.range(0, band.upper.length)
                    .forEach(t -> points.append(point(last + 1 + t, count, down, band.upper[t])));
            IntStream.range(0, band.lower.length)
                    .map(t -> band.lower.length - 1 - t)
                    .forEach(t -> points.append(point(last + 1 + t, count, down, band.lower[t])));
            svg.append(format(
                    "<polygon points=\"%s\" class=\"band\"/>\n",
                    points.toString().strip()));
        }
        svg.append(line(panel.past, 0, count, down, "past"));
        svg.append(line(panel.median, last + 1, count, down, "median"));
        return svg.toString();
    }

    /** Lines between neighbours that are both known. */
    private static String line(double[] values, int first, int count, Scale down, String kind) {
        StringBuilder path = new StringBuilder();
        boolean pen = false;
        for (int t = 0; t < values.length; t++) {
            if (!Double.isNaN(values[t])) {
                path.append(pen ? "L" : "M").append(point(first + t, count, down, values[t]));
            }
            pen = !Double.isNaN(values[t]);
        }
        return format("<path d=\"%s\" class=\"%s\"/>\n", path.toString().strip(), kind);
    }

    private static String point(int t, int count, Scale down, double value) {
        return format("%.1f,%.1f ", across(t, count), down(down, value));
    }

    private static double across(int t, int count) {
        return LEFT + t * (double) (WIDTH - LEFT - RIGHT) / Math.max(1, count - 1);
    }

    private static double down(Scale scale, double value) {
        return HEIGHT - BOTTOM - scale.share(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static String text(double x, double y, String anchor, String text) {
        return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, Xml.escape(text));
    }

    private static String number(double value) {
        return format("%.4g", value).replaceAll("(\\.[0-9]*?)0+($|e)", "$1$2").replaceAll("\\.($|e)", "$1");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
