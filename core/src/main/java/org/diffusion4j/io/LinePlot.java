package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * Lines between two axes, as SVG: text that every browser draws, and that needs no font and no screen here.
 *
 * @param logY whether the y axis is logarithmic
 * @param lines with a legend in their order
 */
public record LinePlot(String title, String xLabel, String yLabel, boolean logY, List<Line> lines) {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 440;
    private static final int LEFT = 76;
    private static final int RIGHT = 20;
    private static final int TOP = 40;
    private static final int BOTTOM = 56;
    private static final int TICKS = 6;
    private static final List<String> COLOURS = List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e");

    public LinePlot {
        lines = List.copyOf(lines);
        require(!lines.isEmpty(), "a plot needs at least one line");
        require(
                !logY || lines.stream().flatMap(line -> line.y.stream()).allMatch(y -> y > 0),
                "a logarithmic axis has no place for 0 and below");
    }

    /** A line through its points. */
    public record Line(String name, List<Double> x, List<Double> y) {

        public Line {
            x = List.copyOf(x);
            y = List.copyOf(y);
            require(!x.isEmpty() && x.size() == y.size(), "'%s' has %s x and %s y", name, x.size(), y.size());
        }
    }

    /** An axis from {@code low} to {@code high}, in its own units (logarithms to base 10 on a logarithmic one). */
    private record Axis(double low, double high, double step) {

        static Axis over(DoubleStream values) {
            double[] sorted = values.sorted().toArray();
            double low = sorted[0];
            double high = sorted[sorted.length - 1];
            double step = step((high > low ? high - low : Math.max(1, Math.abs(low))) / TICKS);
            return new Axis(
                    step * Math.floor(low / step), step * Math.max(Math.ceil(high / step), low / step + 1), step);
        }

        /** The next of 1, 2, 5, 10, 20 … */
        private static double step(double least) {
            double power = Math.pow(10, Math.floor(Math.log10(least)));
            double lead = least / power;
            return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
        }

        double share(double value) {
            return (value - low) / (high - low);
        }

        double[] ticks() {
            return DoubleStream.iterate(low, tick -> tick <= high + step / 2, tick -> tick + step)
                    .map(tick -> Math.abs(tick) < step / 1e6 ? 0 : tick)
                    .toArray();
        }
    }

    /** Writes the file, whole or not at all. */
    public void write(Path file) {
        AtomicFile.write(file, toSvg().getBytes(StandardCharsets.UTF_8));
    }

    /** The plot as an SVG document. */
    public String toSvg() {
        Axis x = Axis.over(values(Line::x));
        Axis y = Axis.over(values(Line::y).map(this::onAxis));
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="white"/>
                """.formatted(WIDTH, HEIGHT));
        for (double tick : x.ticks()) {
            double at = across(x, tick);
            svg.append(segment(at, TOP, at, HEIGHT - BOTTOM, "#dddddd"));
            svg.append(text(at, HEIGHT - BOTTOM + 18, "middle", number(tick)));
        }
        for (double tick : y.ticks()) {
            double at = down(y, tick);
            svg.append(segment(LEFT, at, WIDTH - RIGHT, at, "#dddddd"));
            svg.append(text(LEFT - 6, at + 4, "end", number(logY ? Math.pow(10, tick) : tick)));
        }
        svg.append(text(WIDTH / 2.0, 22, "middle", title));
        svg.append(text(WIDTH / 2.0, HEIGHT - 12, "middle", xLabel));
        svg.append(format(
                "<g transform=\"translate(16 %d) rotate(-90)\">%s</g>\n", HEIGHT / 2, text(0, 0, "middle", yLabel)));
        for (int i = 0; i < lines.size(); i++) {
            String colour = COLOURS.get(i % COLOURS.size());
            svg.append(path(lines.get(i), x, y, colour));
            double row = TOP + 18 + 18 * i;
            svg.append(segment(WIDTH - RIGHT - 30, row - 4, WIDTH - RIGHT - 8, row - 4, colour));
            svg.append(text(WIDTH - RIGHT - 36, row, "end", lines.get(i).name));
        }
        return svg.append("</svg>\n").toString();
    }

    private DoubleStream values(Function<Line, List<Double>> part) {
        return lines.stream().flatMap(line -> part.apply(line).stream()).mapToDouble(Double::doubleValue);
    }

    private double onAxis(double y) {
        return logY ? Math.log10(y) : y;
    }

    private static double across(Axis x, double value) {
        return LEFT + x.share(value) * (WIDTH - LEFT - RIGHT);
    }

    private static double down(Axis y, double value) {
        return HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM);
    }

    private String path(Line line, Axis x, Axis y, String colour) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < line.x.size(); i++) {
            points.append(format("%.1f,%.1f ", across(x, line.x.get(i)), down(y, onAxis(line.y.get(i)))));
        }
        return format(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n",
                points.toString().strip(), colour);
    }

    private static String segment(double x1, double y1, double x2, double y2, String colour) {
        return format(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1, y1, x2, y2, colour);
    }

    private static String text(double x, double y, String anchor, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, escaped);
    }

    /** Four digits at most: 0.05, 250, 1.6e+04. */
    private static String number(double value) {
        double size = Math.abs(value);
        return size != 0 && (size < 1e-3 || size >= 1e5)
                ? format("%.1e", value)
                : format("%.3f", value).replaceAll("\\.?0+$", "");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
