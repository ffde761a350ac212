package org.diffusion4j.image.study;

import static java.util.stream.Collectors.joining;
import static org.diffusion4j.image.study.StudyTables.NONE;
import static org.diffusion4j.image.study.StudyTables.head;
import static org.diffusion4j.image.study.StudyTables.number;
import static org.diffusion4j.report.Xml.escape;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.measure.OdeBitsPerDim;
import org.diffusion4j.report.LinePlot;

/** {@code comparison.html}: one file that needs no other, also well-formed XML. */
record ComparisonPage(ComparisonResult result, StudyFolder files) {

    private static final String TITLE = "Models side by side";

    String toHtml() {
        String plots = result.plots().values().stream()
                .map(LinePlot::toHtml)
                .map(plot -> "<figure>" + plot + "</figure>\n")
                .collect(joining("", "<div class=\"panels\">\n", "</div>\n"));
        return StudyPage.begin(TITLE)
                + "<h1>" + TITLE + "</h1>\n"
                + introduction()
                + StudyPage.section("All figures", table())
                + (result.plots().isEmpty() ? "" : StudyPage.section("Against the scale of guidance", """
                        <p>A line for each model and kind of guidance. Without guidance, the scale of a classifier is 0 and that of every other kind is 1.
                        Point at a mark to read its number.</p>
                        """ + plots))
                + StudyPage.section("The same noise, drawn in every way", pictures())
                + StudyPage.section("How it was measured", protocol())
                + "</main>\n</body>\n</html>\n";
    }

    private String introduction() {
        Comparison comparison = result.comparison();
        String text = StudyPage.format(
                """
                <p class="lede">Each model is asked for %,d pictures, which are measured beside the %,d of %s (%s): the Fréchet distance (FID) of what a
                network sees in them, where lower is better, and what else was asked for. Network calls are those of one picture.</p>
                """,
                comparison.count(),
                result.facts().reference(),
                escape(result.facts().data()),
                escape(result.facts().split()));
        int total = comparison.ways().size() * comparison.seeds().size();
        int done = comparison.ways().stream()
                .mapToInt(way -> result.cells(way).size())
                .sum();
        return text
                + StudyPage.tooFew(comparison.count(), result.facts())
                + (done == total
                        ? ""
                        : StudyPage.format("<p class=\"warning\">%d of %d cells are done.</p>\n", done, total));
    }

    private String table() {
        List<String> heads = new ArrayList<>(List.of("guidance", "scale", "sampler", "steps", "network calls"));
        heads.addAll(result.figures());
        boolean bits = result.comparison().likelihood() != null;
        if (bits) {
            heads.add("bits/dim");
        }
        heads.add("ms a picture");
        StringBuilder rows = new StringBuilder();
        for (Way way : result.ways()) {
            rows.append("<tr>").append(head("row", way.subject().name()));
            rows.append(cell(way.name()))
                    .append(cell(way.scale() == null ? "" : number(way.scale())))
                    .append(cell(way.settings().sampler()))
                    .append(cell("" + way.settings().steps()));
            rows.append(spread(result.figure(way, Comparison.CALLS)));
            result.figures().forEach(name -> rows.append(spread(result.figure(way, name))));
            if (bits) {
                rows.append(bits(way));
            }
            rows.append(cell(number(1000 * result.seconds(way)))).append("</tr>\n");
        }
        if (!result.floors().isEmpty()) {
            rows.append("<tr>").append(head("row", "real pictures")).append(NONE.repeat(5));
            for (String name : result.figures()) {
                Spread floor = result.floors().get(name);
                rows.append(floor == null ? NONE : cell(number(floor.mean()) + " ± " + number(floor.std())));
            }
            rows.append(NONE.repeat(bits ? 2 : 1)).append("</tr>\n");
        }
        return StudyTables.table("", "", "model", heads, rows);
    }

    private static String cell(String text) {
        return "<td>" + escape(text) + "</td>";
    }

    private static String spread(Optional<SeedSpread> figure) {
        return StudyTables.value(figure);
    }

    private String bits(Way way) {
        OdeBitsPerDim found = result.likelihoods().get(way.subject());
        if (found == null) {
            return NONE;
        }
        Double error = found.standardError();
        return cell(
                StudyPage.format("%.4f", found.total()) + (error == null ? "" : StudyPage.format(" ± %.4f", error)));
    }

    private String pictures() {
        StringBuilder rows = new StringBuilder();
        for (Way way : result.ways()) {
            byte[] png = files.picture(result.cells(way).get(0).key());
            rows.append("<tr>")
                    .append(head("row", way))
                    .append("<td><img src=\"data:image/png;base64,")
                    .append(Base64.getEncoder().encodeToString(png))
                    .append("\" alt=\"")
                    .append(escape(way.toString()))
                    .append("\"/></td></tr>\n");
        }
        return StudyTables.table("samples", "", "", List.of("the first pictures"), rows);
    }

    private String protocol() {
        Comparison comparison = result.comparison();
        StringBuilder rows = new StringBuilder();
        comparison
                .subjects()
                .forEach(subject -> rows.append(StudyPage.row("model " + subject.name(), "SHA-256 " + subject.hash())));
        comparison.ways().stream()
                .map(way -> way.steered().identity())
                .filter(identity -> !identity.isEmpty())
                .distinct()
                .forEach(identity -> rows.append(StudyPage.row("guided by", identity)));
        Comparison.Likelihood likelihood = comparison.likelihood();
        if (likelihood != null) {
            rows.append(StudyPage.row(
                    "bits/dim",
                    StudyPage.format(
                            "of %d pictures by the probability-flow ODE, tolerance %s, %d probes of each; ± is the standard error",
                            likelihood.settings().count(),
                            likelihood.settings().tolerance(),
                            likelihood.settings().probes())));
        }
        rows.append(StudyPage.rows(result.facts(), comparison.count(), comparison.seeds()));
        return "<div class=\"scroll\"><table class=\"facts\"><tbody>\n" + rows + "</tbody></table></div>\n" + """
                <p>The plots are those of Dhariwal, Nichol, “Diffusion Models Beat GANs on Image Synthesis”, NeurIPS 2021, figure 4. All rows are in
                comparison.csv too.</p>
                """;
    }
}
