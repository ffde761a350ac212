package org.diffusion4j.report;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.diffusion4j.io.AtomicFile;

/**
 * Lines between two axes, as SVG: text that every browser draws, and that needs no font and no screen here.
 *
 * @param lines with a legend in their order
 * @param levels values of y to compare with
 */
public record LinePlot(String title, Axis x, Axis y, List<Line> lines, List<Level> levels) {

    /** The colours, for pages that hold {@linkplain #toHtml plots}; those of Okabe and Ito, which the colour-blind can tell apart. */
    public static final String LIGHT = """
            .plot text { fill: #24292f; font: 13px sans-serif }
            .plot .grid { stroke: #d8dee4 }
            .plot .level { stroke: #57606a; stroke-width: 1.5; stroke-dasharray: 6 4 }
            .plot .line { fill: none; stroke: currentColor; stroke-width: 2 }
            .plot .mark { fill: currentColor }
            .plot .c0 { color: #0072b2 } .plot .c1 { color: #d55e00 } .plot .c2 { color: #009e73 } .plot .c3 { color: #cc79a7 }
            .plot .c4 { color: #b58900 } .plot .c5 { color: #56b4e9 } .plot .c6 { color: #6f4e37 } .plot .c7 { color: #24292f }
            """;

    /** What is other on a dark page. */
    public static final String DARK = """
            .plot text { fill: #e6edf3 }
            .plot .grid { stroke: #30363d }
            .plot .level { stroke: #9198a1 }
            .plot .c0 { color: #4aa8e8 } .plot .c1 { color: #f08a3c } .plot .c2 { color: #2fc998 } .plot .c3 { color: #e3a0c8 }
            .plot .c4 { color: #f0e442 } .plot .c5 { color: #9fd6f7 } .plot .c6 { color: #c9a78c } .plot .c7 { color: #e6edf3 }
            """;

    private static final int WIDTH = 440;
    private static final int HEIGHT = 330;
    private static final int LEFT = 56;
    private static final int RIGHT = 16;
    private static final int TOP = 32;
    private static final int BOTTOM = 46;
    private static final int COLOURS = 8;
    private static final int MOST_MARKS = 30; // points of a line that are marked

    /** A circle, a square, a triangle and a rhombus about the origin. */
    private static final List<String> MARKS = List.of(
            "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "m-3.5 -3.5h7v7h-7z", "m0 -5l4.5 8h-9z", "m0 -5l5 5l-5 5l-5 -5z");

    public LinePlot {
        lines = List.copyOf(lines);
        levels = List.copyOf(levels);
        require(!lines.isEmpty(), "a plot needs at least one line");
        require(
                !x.log || lines.stream().flatMap(line -> line.x.stream()).allMatch(each -> each > 0),
                "a logarithmic axis has no place for 0 and below");
        require(
                !y.log
                        || Stream.concat(
                                        lines.stream().flatMap(line -> line.y.stream()),
                                        levels.stream().map(Level::y))
                                .allMatch(each -> each > 0),
                "a logarithmic axis has no place for 0 and below");
    }

    /**
     * An axis.
     *
     * @param reach values that have a place on it besides those of the lines, so that several plots can share an axis
     */
    public record Axis(String label, boolean log, List<Double> reach) {

        public Axis {
            reach = List.copyOf(reach);
        }

        /** With equal distances for equal differences. */
        public static Axis linear(String label) {
            return new Axis(label, false, List.of());
        }

        /** With equal distances for equal ratios. */
        public static Axis log(String label) {
            return new Axis(label, true, List.of());
        }

        /** This axis, on which these values too have a place. */
        public Axis reaching(List<Double> values) {
            return new Axis(label, log, values);
        }
    }

    /** A line through its points. */
    public record Line(String name, List<Double> x, List<Double> y) {

        public Line {
            x = List.copyOf(x);
            y = List.copyOf(y);
            require(!x.isEmpty() && x.size() == y.size(), "'%s' has %s x and %s y", name, x.size(), y.size());
        }
    }

    /** One value of y over the whole width. */
    public record Level(String name, double y) {}

    /** Writes the file, whole or not at all. */
    public void write(Path file) {
        AtomicFile.write(file, toSvg());
    }

    /** The plot as an SVG document. */
    public String toSvg() {
        return svg("<style>\n" + LIGHT + "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    }

    /** The plot as an element of a page whose style sheet has {@link #LIGHT}. */
    public String toHtml() {
        return svg("");
    }

    private String svg(String ground) {
        Scale across = Scale.over(x.log, DoubleStream.concat(values(Line::x), values(x.reach)));
        Scale down = Scale.over(
                y.log,
                DoubleStream.concat(
                        DoubleStream.concat(values(Line::y), values(y.reach)),
                        levels.stream().mapToDouble(Level::y)));
        StringBuilder svg = new StringBuilder(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
                        + "<title>%s</title>\n%s",
                WIDTH, HEIGHT, Xml.escape(title), ground));
        for (double tick : across.ticks()) {
            double at = across(across, tick);
            svg.append(segment(at, TOP, at, HEIGHT - BOTTOM, "grid"));
            svg.append(text(at, HEIGHT - BOTTOM + 17, "middle", number(tick)));
        }
        for (double tick : down.ticks()) {
            double at = down(down, tick);
            svg.append(segment(LEFT, at, WIDTH - RIGHT, at, "grid"));
            svg.append(text(LEFT - 6, at + 4, "end", number(tick)));
        }
        svg.append(text(WIDTH / 2.0, 20, "middle", title));
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 9, "middle", x.label));
        svg.append(format(
                "<g transform=\"translate(14 %d) rotate(-90)\">%s</g>\n",
                (TOP + HEIGHT - BOTTOM) / 2, text(0, 0, "middle", y.label)));
        for (Level level : levels) {
            double at = down(down, level.y);
            svg.append(segment(LEFT, at, WIDTH - RIGHT, at, "level"));
            svg.append(text(LEFT + 5, at - 5, "start", level.name));
        }
        for (int i = 0; i < lines.size(); i++) {
            svg.append(format("<g class=\"c%d\">\n%s", i % COLOURS, path(lines.get(i), across, down)));
            double row = TOP + 16 + 17 * i;
            svg.append(segment(WIDTH - RIGHT - 32, row - 4, WIDTH - RIGHT - 8, row - 4, "line"));
            svg.append(marks(lines.get(i), i, across, down));
            svg.append(mark(i, WIDTH - RIGHT - 20, row - 4, "")).append("</g>\n");
            svg.append(text(WIDTH - RIGHT - 38, row, "end", lines.get(i).name));
        }
        return svg.append("</svg>\n").toString();
    }

    private DoubleStream values(Function<Line, List<Double>> part) {
        return lines.stream().flatMap(line -> part.apply(line).stream()).mapToDouble(Double::doubleValue);
    }

    private static DoubleStream values(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue);
    }

    private static double across(Scale x, double value) {
        return LEFT + x.share(value) * (WIDTH - LEFT - RIGHT);
    }

    private static double down(Scale y, double value) {
        return HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static String path(Line line, Scale x, Scale y) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < line.x.size(); i++) {
            points.append(format("%.1f,%.1f ", across(x, line.x.get(i)), down(y, line.y.get(i))));
        }
        return format(
                "<polyline points=\"%s\" class=\"line\"/>\n", points.toString().strip());
    }

    private static String marks(Line line, int kind, Scale x, Scale y) {
        StringBuilder marks = new StringBuilder();
        for (int i = 0; i < line.x.size() && line.x.size() <= MOST_MARKS; i++) {
            String said = line.name + ": " + number(line.x.get(i)) + ", " + number(line.y.get(i));
            marks.append(mark(kind, across(x, line.x.get(i)), down(y, line.y.get(i)), said));
        }
        return marks.toString();
    }

    /** A mark that says something where one points at it. */
    private static String mark(int kind, double x, double y, String said) {
        return format(
                "<path d=\"M%.1f %.1f%s\" class=\"mark\"><title>%s</title></path>\n",
                x, y, MARKS.get(kind % MARKS.size()), Xml.escape(said));
    }

    private static String segment(double x1, double y1, double x2, double y2, String kind) {
        return format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2, kind);
    }

    private static String text(double x, double y, String anchor, String text) {
        return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, Xml.escape(text));
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
