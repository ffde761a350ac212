package org.diffusion4j.report;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.io.AtomicFile;

/**
 * Lines between two axes, as SVG: text that every browser draws, and that needs no font and no screen here. The legend stands beside the
 * plot, where it covers nothing.
 *
 * @param lines with a legend in their order
 * @param levels values of y to compare with, drawn beneath the lines
 */
public record LinePlot(String title, Axis x, Axis y, List<Line> lines, List<Level> levels) {

    /** The colours, for pages that hold {@linkplain #toHtml plots}; those of Okabe and Ito, which the colour-blind can tell apart. */
    public static final String LIGHT = """
            .plot text { fill: #24292f; font: 13px sans-serif }
            .plot .grid { stroke: #d8dee4 }
            .plot .level { stroke: #57606a; stroke-width: 1.5; stroke-dasharray: 6 4 }
            .plot .band { fill: #57606a; opacity: 0.15 }
            .plot .line { fill: none; stroke: currentColor; stroke-width: 2 }
            .plot .bar { fill: none; stroke: currentColor; stroke-width: 1.5 }
            .plot .mark { fill: currentColor; stroke: #ffffff; stroke-width: 0.75; paint-order: stroke }
            .plot .c0 { color: #0072b2 } .plot .c1 { color: #d55e00 } .plot .c2 { color: #009e73 } .plot .c3 { color: #cc79a7 }
            .plot .c4 { color: #24292f } .plot .c5 { color: #56b4e9 } .plot .c6 { color: #e69f00 } .plot .c7 { color: #8f8600 }
            """;

    /** What is other on a dark page. */
    public static final String DARK = """
            .plot text { fill: #e6edf3 }
            .plot .grid { stroke: #30363d }
            .plot .level { stroke: #9198a1 }
            .plot .band { fill: #9198a1; opacity: 0.2 }
            .plot .mark { stroke: #0d1117 }
            .plot .c0 { color: #4aa8e8 } .plot .c1 { color: #f08a3c } .plot .c2 { color: #2fc998 } .plot .c3 { color: #e3a0c8 }
            .plot .c4 { color: #e6edf3 } .plot .c5 { color: #9fd6f7 } .plot .c6 { color: #e69f00 } .plot .c7 { color: #f0e442 }
            """;

    private static final int HEIGHT = 330;
    private static final int LEFT = 56;
    private static final int RIGHT = 424; // where the plot ends and the legend begins
    private static final int TOP = 32;
    private static final int BOTTOM = 46;
    private static final int COLOURS = 8;
    private static final int MOST_MARKS = 30; // points of a line that are marked

    private static final double BESIDE = 5; // between the points of two lines that have bars
    private static final double CAP = 3; // half the width of a bar's end
    private static final double LETTER = 7.2; // the mean width of one, in the legend
    private static final int SAMPLE = 24; // the length of a line in the legend

    /** About the origin, one for each colour: circle, square, triangle, rhombus, plus, triangle upside down, cross, hourglass. */
    private static final List<String> MARKS = List.of(
            "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
            "m-3.5 -3.5h7v7h-7z",
            "m0 -5l4.5 8h-9z",
            "m0 -5l5 5l-5 5l-5 -5z",
            "m-1.5 -5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
            "m0 5l4.5 -8h-9z",
            "m-5 -3l2 -2l3 3l3 -3l2 2l-3 3l3 3l-2 2l-3 -3l-3 3l-2 -2l3 -3z",
            "m-4 -5h8l-8 10h8z");

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
        require(
                lines.stream().allMatch(line -> line.spread.stream().allMatch(each -> each >= 0))
                        && levels.stream().allMatch(level -> level.spread >= 0),
                "a spread is not below 0");
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

    /**
     * A line through its points.
     *
     * @param spread how far a bar reaches above and below each point, 0 for no bar; empty where no point has one. Where lines have bars, points of one x stand
     *     side by side
     */
    public record Line(String name, List<Double> x, List<Double> y, List<Double> spread) {

        public Line {
            x = List.copyOf(x);
            y = List.copyOf(y);
            spread = List.copyOf(spread);
            require(!x.isEmpty() && x.size() == y.size(), "'%s' has %s x and %s y", name, x.size(), y.size());
            require(
                    spread.isEmpty() || spread.size() == y.size(),
                    "'%s' has %s y and %s spreads",
                    name,
                    y.size(),
                    spread.size());
        }

        /** A line without bars. */
        public Line(String name, List<Double> x, List<Double> y) {
            this(name, x, y, List.of());
        }

        private double spread(int point) {
            return spread.isEmpty() ? 0 : spread.get(point);
        }
    }

    /**
     * One value of y over the whole width.
     *
     * @param spread half the height of the band about it, 0 for none
     */
    public record Level(String name, double y, double spread) {

        /** A level without a band. */
        public Level(String name, double y) {
            this(name, y, 0);
        }
    }

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
        Scale down = Scale.over(y.log, DoubleStream.concat(heights(), values(y.reach)));
        StringBuilder svg = new StringBuilder(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
                        + "<title>%s</title>\n%s",
                width(), HEIGHT, Xml.escape(title), ground));
        for (double tick : across.ticks()) {
            double at = across(across, tick);
            svg.append(segment(at, TOP, at, HEIGHT - BOTTOM, "grid"));
            svg.append(text(at, HEIGHT - BOTTOM + 17, "middle", number(tick)));
        }
        for (double tick : down.ticks()) {
            double at = down(down, tick);
            svg.append(segment(LEFT, at, RIGHT, at, "grid"));
            svg.append(text(LEFT - 6, at + 4, "end", number(tick)));
        }
        double middle = (LEFT + RIGHT) / 2.0;
        svg.append(text(middle, 20, "middle", title));
        svg.append(text(middle, HEIGHT - 9, "middle", x.label));
        svg.append(format(
                "<g transform=\"translate(14 %d) rotate(-90)\">%s</g>\n",
                (TOP + HEIGHT - BOTTOM) / 2, text(0, 0, "middle", y.label)));
        for (Level level : levels) {
            double at = down(down, level.y);
            svg.append(band(level, down)).append(segment(LEFT, at, RIGHT, at, "level"));
        }
        double row = TOP + 12;
        StringBuilder legend = new StringBuilder();
        for (int i = 0; i < lines.size(); i++, row += 18) {
            svg.append(format("<g class=\"c%d\">\n%s", i % COLOURS, drawn(i, across, down)));
            legend.append(format("<g class=\"c%d\">\n", i % COLOURS));
            legend.append(segment(RIGHT + 12, row - 4, RIGHT + 12 + SAMPLE, row - 4, "line"));
            legend.append(mark(i, RIGHT + 12 + SAMPLE / 2.0, row - 4, "")).append("</g>\n");
            legend.append(text(RIGHT + 18 + SAMPLE, row, "start", lines.get(i).name));
            svg.append("</g>\n");
        }
        for (Level level : levels) {
            legend.append(segment(RIGHT + 12, row - 4, RIGHT + 12 + SAMPLE, row - 4, "level"));
            legend.append(text(RIGHT + 18 + SAMPLE, row, "start", level.name));
            row += 18;
        }
        return svg.append(legend).append("</svg>\n").toString();
    }

    private int width() {
        int letters = Stream.concat(
                        lines.stream().map(Line::name), levels.stream().map(Level::name))
                .mapToInt(String::length)
                .max()
                .orElse(0);
        return RIGHT + 24 + SAMPLE + (int) Math.ceil(LETTER * letters);
    }

    /** All values of y, and the ends of bars and bands as far as the axis has a place for them. */
    private DoubleStream heights() {
        Stream<DoubleStream> points = lines.stream()
                .flatMap(line -> IntStream.range(0, line.y.size()).mapToObj(i -> reach(line.y.get(i), line.spread(i))));
        Stream<DoubleStream> level = levels.stream().map(each -> reach(each.y, each.spread));
        return Stream.concat(points, level).flatMapToDouble(Function.identity());
    }

    private DoubleStream reach(double value, double spread) {
        return DoubleStream.of(value - spread, value + spread).map(end -> y.log && end <= 0 ? value : end);
    }

    private DoubleStream values(Function<Line, List<Double>> part) {
        return lines.stream().flatMap(line -> part.apply(line).stream()).mapToDouble(Double::doubleValue);
    }

    private static DoubleStream values(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue);
    }

    private static double across(Scale x, double value) {
        return LEFT + x.share(value) * (RIGHT - LEFT);
    }

    private static double down(Scale y, double value) {
        return HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM);
    }

    /** The place of a value less its spread: on the ground where a logarithmic axis has none. */
    private double lowEnd(Scale scale, double value, double spread) {
        return y.log && value <= spread ? HEIGHT - BOTTOM : down(scale, value - spread);
    }

    private String band(Level level, Scale scale) {
        double top = down(scale, level.y + level.spread);
        return format(
                "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" class=\"band\"/>\n",
                LEFT, top, RIGHT - LEFT, lowEnd(scale, level.y, level.spread) - top);
    }

    /** A line with its bars and marks. */
    private String drawn(int number, Scale across, Scale down) {
        Line line = lines.get(number);
        boolean barred = lines.stream().anyMatch(each -> !each.spread.isEmpty());
        double aside = barred ? BESIDE * (number - (lines.size() - 1) / 2.0) : 0;
        StringBuilder points = new StringBuilder();
        StringBuilder bars = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        for (int i = 0; i < line.x.size(); i++) {
            double x1 = across(across, line.x.get(i)) + aside;
            double y1 = down(down, line.y.get(i));
            points.append(format("%.1f,%.1f ", x1, y1));
            double spread = line.spread(i);
            if (spread > 0) {
                double top = down(down, line.y.get(i) + spread);
                double low = lowEnd(down, line.y.get(i), spread);
                bars.append(format(
                        "<path d=\"M%.1f %.1fh%.1fm%.1f 0V%.1fm%.1f 0h%.1f\" class=\"bar\"/>\n",
                        x1 - CAP, top, 2 * CAP, -CAP, low, -CAP, 2 * CAP));
            }
            if (line.x.size() <= MOST_MARKS) {
                String said = line.name + ": " + number(line.x.get(i)) + ", " + number(line.y.get(i))
                        + (spread > 0 ? " ± " + number(spread) : "");
                marks.append(mark(number, x1, y1, said));
            }
        }
        return format(
                        "<polyline points=\"%s\" class=\"line\"/>\n",
                        points.toString().strip())
                + bars
                + marks;
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
