package org.diffusion4j.image.study;

import static java.util.stream.Collectors.joining;
import static org.diffusion4j.report.Xml.escape;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.StudyGrid.Variant;
import org.diffusion4j.image.study.StudyResult.Panel;
import org.diffusion4j.image.study.StudyResult.Placed;
import org.diffusion4j.report.LinePlot;
import org.diffusion4j.report.LinePlot.Axis;
import org.diffusion4j.report.LinePlot.Line;

/** {@code study.html}: one file that needs no other, also well-formed XML. */
record StudyPage(StudyResult result, StudyFolder files) {

    private static final double LEAST = 1e-3; // what an FID of 0 is shown as where ratios count

    String toHtml() {
        StudyTables tables = new StudyTables(result, files);
        return begin("How many steps, how much noise?")
                + """
                <h1>How many steps, how much noise?</h1>
                """
                + introduction()
                + section("FID against steps", """
                        <p>Both axes are logarithmic, and the same in all plots. Lower is better. Point at a mark to read its number.</p>
                        """ + bars() + plots())
                + section("The same in numbers", """
                        <p>A column for each number of steps, a row for each way to draw, as in the tables of the DDIM paper. Dark is low; the lowest of each
                        column is framed.</p>
                        """ + each(result.firstPanels(), tables::heat))
                + section("The best of each number of steps", tables.best())
                + spacings(tables)
                + differences()
                + section("The same noise, drawn in every way", """
                        <p>The first pictures of each cell. All cells begin from the same noise: where they differ, the way of drawing made the difference.</p>
                        """ + each(result.panels(), tables::samples))
                + section(
                        "What a picture costs",
                        "<p>Milliseconds of wall time for one picture, drawing alone.</p>\n" + tables.cost())
                + section("Every cell", "<details><summary>All figures</summary>\n" + tables.all() + "</details>\n")
                + section("How it was measured", protocol())
                + "</main>\n</body>\n</html>\n";
    }

    /** The page up to its heading. */
    static String begin(String title) {
        return """
                <!DOCTYPE html>
                <html xmlns="http://www.w3.org/1999/xhtml" lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                """ + "<title>" + escape(title) + "</title>\n<style>\n" + style() + """
                </style>
                </head>
                <body>
                <main>
                """;
    }

    static String section(String heading, String content) {
        return "<section>\n<h2>" + heading + "</h2>\n" + content + "</section>\n";
    }

    private String each(List<Panel> panels, Function<Panel, String> part) {
        return panels.stream()
                .filter(panel -> result.places(panel).findAny().isPresent())
                .map(part)
                .collect(joining("", "<div class=\"panels\">\n", "</div>\n"));
    }

    /** What the bars are, and of how many seeds. */
    private String bars() {
        int seeds = result.study().seeds().size();
        String text = seeds == 1
                ? "Each cell was drawn with one seed: there are no error bars, and small differences say nothing."
                : "Points are means over " + seeds
                        + " seeds, ± and bars the standard deviation of the seeds (divisor n − 1), most of"
                        + " which all cells of a seed have in common: the table of differences below compares seed by seed"
                        + (result.isEven()
                                ? "."
                                : "; where fewer seeds are there, the tables say so, and a point of one seed has no bar. Means over different seeds do not compare.")
                        + " The points of one number of steps stand side by side, so that their bars do not cover each other.";
        return "<p>" + text + "</p>\n";
    }

    private String spacings(StudyTables tables) {
        String compared =
                result.study().subjects().stream().map(tables::spacings).collect(joining());
        return compared.isEmpty()
                ? ""
                : section(
                        "Kinds of timesteps side by side",
                        """
                        <p>The same way to draw on other timesteps of the same number. The lowest of each row is framed, of those that have most seeds.</p>
                        <div class="panels">
                        """ + spacingPlots() + "</div>\n<div class=\"panels\">\n" + compared + "</div>\n");
    }

    private String differences() {
        String tables = new StudyDifferences(result).toHtml();
        return tables.isEmpty()
                ? ""
                : section("Which differences are larger than the seeds’ spread", """
                        <p>The first named less the second, over the seeds that both have: below 0, the first is better. Cells of one seed begin from the same
                        noise and draw the same classes, so they are compared in pairs; ± is the deviation of the pairs’ differences, which is often far
                        smaller than that of the cells. Bold: a two-sided paired t-test finds a difference (p &lt; 0.05). ★: it still does when all comparisons of
                        the table are counted (Holm). Of twenty comparisons without any difference, one is bold by chance; with three seeds, only clear
                        differences are found: what is not bold may differ all the same.</p>
                        <div class="panels">
                        """ + tables + "</div>\n");
    }

    private static String style() {
        String name = "study.css";
        try (InputStream in = Objects.requireNonNull(StudyPage.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    + LinePlot.LIGHT
                    + "@media (prefers-color-scheme: dark) {\n"
                    + LinePlot.DARK
                    + "}\n";
        } catch (IOException e) {
            throw new UncheckedIOException(name, e); // reading from the jar does not fail
        }
    }

    private String introduction() {
        Study study = result.study();
        StudyFacts facts = result.facts();
        String models = study.subjects().stream()
                .map(subject -> "<b>" + escape(subject.name()) + "</b> predicts " + escape(subject.prediction()))
                .collect(joining(", "));
        String text =
                format("""
                <p class="lede">Trained models are asked for pictures in many ways: in few steps or many, with more noise or less put back at each step.
                Each cell of this study is one model, one way and one seed: %,d pictures, measured beside the %,d of %s (%s). The models: %s.</p>
                <p>The measure is the Fréchet distance (FID) of what a network sees in the pictures; lower is better. η is DDIM’s share of noise: with 0
                nothing is put back and the first noise alone decides the picture, with 1 it is as much as DDPM’s posterior has; σ̂ is DDPM’s larger choice.</p>
                """, study.count(), facts.reference(), escape(facts.data()), escape(facts.split()), models);
        Spread floor = result.floors().get(StudyResult.FID);
        if (floor != null) {
            text += format(
                    "<p><b>Real pictures score %s ± %s</b>, those of the data’s other part: a model that comes near is as good as can be told here.</p>\n",
                    StudyTables.number(floor.mean()), StudyTables.number(floor.std()));
        }
        text += tooFew(study.count(), facts);
        if (result.done().size() < result.total()) {
            text += format(
                    "<p class=\"warning\">%d of %d cells are done.</p>\n",
                    result.done().size(), result.total());
        }
        return text;
    }

    /** A warning, if FID is too large to say much. */
    static String tooFew(int count, StudyFacts facts) {
        return count > facts.features()
                ? ""
                : format(
                        "<p class=\"warning\">%d pictures are fewer than the network’s %d features: every FID here is much too large.</p>\n",
                        count, facts.features());
    }

    private String plots() {
        return each(result.firstPanels(), panel -> {
            List<Line> lines = new ArrayList<>();
            for (Variant variant : result.study().grid().variants()) {
                List<Placed> curve = result.curve(panel, variant);
                if (!curve.isEmpty()) {
                    lines.add(line(variant.toString(), curve));
                }
            }
            return plot(panel.toString(), lines);
        });
    }

    /** A plot for each model and way to draw, with a line for each kind of timesteps. */
    private String spacingPlots() {
        StringBuilder plots = new StringBuilder();
        for (Subject subject : result.study().subjects()) {
            StudySpacings.Ways ways = new StudySpacings(result).of(subject);
            for (Variant variant : ways.variants()) {
                List<Line> lines = new ArrayList<>();
                for (String spacing : ways.spacings()) {
                    List<Placed> curve = ways.list().stream()
                            .filter(way -> way.variant().equals(variant))
                            .flatMap(way -> Stream.ofNullable(way.places().get(spacing)))
                            .toList();
                    if (!curve.isEmpty()) {
                        lines.add(line(spacing.toString(), curve));
                    }
                }
                plots.append(plot(subject.name() + ", " + variant, lines));
            }
        }
        return plots.toString();
    }

    private static Line line(String name, List<Placed> curve) {
        return new Line(
                name,
                curve.stream().map(place -> (double) place.steps()).toList(),
                curve.stream().map(StudyPage::fid).toList(),
                curve.stream().allMatch(place -> place.cells().size() == 1)
                        ? List.of()
                        : curve.stream().map(place -> place.fids().std()).toList());
    }

    /** On axes that all plots of the page share. */
    private String plot(String title, List<Line> lines) {
        List<Double> fids = result.places()
                .flatMap(
                        place -> Stream.of(fid(place), fid(place) + place.fids().std()))
                .toList();
        List<Double> steps =
                result.places().map(place -> (double) place.steps()).toList();
        Spread floor = result.floors().get(StudyResult.FID);
        List<LinePlot.Level> levels = floor == null
                ? List.of()
                : List.of(new LinePlot.Level("real pictures", Math.max(LEAST, floor.mean()), floor.std()));
        LinePlot plot = new LinePlot(
                title, Axis.log("steps").reaching(steps), Axis.log("FID").reaching(fids), lines, levels);
        return "<figure>" + plot.toHtml() + "</figure>\n";
    }

    private static double fid(Placed place) {
        return Math.max(LEAST, place.fid());
    }

    private String protocol() {
        StudyFacts facts = result.facts();
        StringBuilder rows = new StringBuilder();
        result.study()
                .subjects()
                .forEach(subject -> rows.append(row(
                        "model " + subject.name(),
                        "predicts " + subject.prediction() + "; SHA-256 " + subject.hash())));
        rows.append(rows(facts, result.study().count(), result.study().seeds()));
        return "<div class=\"scroll\"><table class=\"facts\"><tbody>\n" + rows + "</tbody></table></div>\n" + """
                <p>DDIM: Song, Meng, Ermon, “Denoising Diffusion Implicit Models”, ICLR 2021; η is that of equation 16, the tables are 1 and 2. DDPM: Ho, Jain,
                Abbeel, “Denoising Diffusion Probabilistic Models”, NeurIPS 2020. FID: Heusel et al., NeurIPS 2017. All cells are in study.csv
                too, their means and deviations over the seeds in study-means.csv.</p>
                """;
    }

    /** What all pages say of the data, the features and the program. */
    static String rows(StudyFacts facts, int count, List<Long> seeds) {
        StringBuilder rows = new StringBuilder();
        rows.append(row(
                "data",
                facts.data() + ", " + facts.split() + ", " + facts.reference() + " pictures; SHA-256 "
                        + facts.dataHash()));
        rows.append(row(
                "pictures of a cell",
                count + "; picture i has the noise of the cell’s seed ("
                        + seeds.stream().map(String::valueOf).collect(joining(", "))
                        + ") and number i, and its class is that of a random training image"));
        rows.append(row(
                "features",
                facts.network() + ", " + facts.features()
                        + " of them; figures through another network are not to be compared with these"));
        rows.append(
                row(
                        "floor",
                        "as many pictures of the data’s other part beside the same reference: mean and deviation of five random subsets"));
        rows.append(row(
                "time",
                "wall time of drawing alone, " + facts.batchSize() + " pictures at once, threads: " + facts.threads()
                        + ", beside whatever else ran there"));
        rows.append(row(
                "program",
                facts.program() + "; libtorch " + facts.libtorch() + "; Java " + facts.java() + "; " + facts.date()));
        return rows.toString();
    }

    static String row(String name, String value) {
        return "<tr><th scope=\"row\">" + escape(name) + "</th><td>" + escape(value) + "</td></tr>\n";
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
