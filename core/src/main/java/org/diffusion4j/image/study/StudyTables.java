package org.diffusion4j.image.study;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.diffusion4j.report.Xml.escape;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.StudyGrid.Variant;
import org.diffusion4j.image.study.StudyResult.Panel;
import org.diffusion4j.image.study.StudyResult.Placed;
import org.diffusion4j.report.Cividis;
import org.jspecify.annotations.Nullable;

/** The tables of a study's page. Each scrolls where it is wider than the screen. */
record StudyTables(StudyResult result, StudyFolder files) {

    static final String NONE = "<td class=\"none\">–</td>";

    /** Three digits: 0.012, 0.123, 1.23, 12.3, 123. */
    static String number(double value) {
        double size = Math.abs(value);
        int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** FIDs by colour and number. */
    String heat(Panel panel) {
        double low = Math.log(lowest(1));
        double high = Math.log(lowest(-1));
        return bySteps("heat", panel, place -> {
            Cividis colour = new Cividis(high > low ? (Math.log(place.fid()) - low) / (high - low) : 0);
            boolean best = result.best(panel, place.steps()).orElseThrow().equals(place);
            return "<td%s style=\"background:%s;color:%s\" title=\"%s\">%s</td>"
                    .formatted(
                            best ? " class=\"best\"" : "",
                            colour.ground(),
                            colour.ink(),
                            escape(said(place)),
                            stacked(place.fids()));
        });
    }

    /** The lowest FID of all, or with sign -1 the highest. */
    private double lowest(int sign) {
        return sign
                * result.places().mapToDouble(place -> sign * place.fid()).min().orElse(sign);
    }

    /** Mean and deviation, and beneath them how many seeds where some are missing. */
    private String stacked(SeedSpread spread) {
        String deviation = spread.hasStd() ? "<small>± " + number(spread.std()) + "</small>" : "";
        String seeds = seeds(spread);
        return number(spread.mean()) + deviation + (seeds.isEmpty() ? "" : "<small>" + seeds + "</small>");
    }

    /** How many seeds of how many; empty where all are there. */
    private String seeds(SeedSpread spread) {
        int all = result.study().seeds().size();
        return spread.n() == all ? "" : spread.n() + " of " + all + " seeds";
    }

    /** Mean and deviation in one line. */
    private String inLine(SeedSpread spread) {
        String seeds = seeds(spread);
        return number(spread.mean())
                + (spread.hasStd() ? " ± " + number(spread.std()) : "")
                + (seeds.isEmpty() ? "" : " (" + seeds + ")");
    }

    private String said(Placed place) {
        return place.variant() + " in " + place.steps() + " steps: FID " + inLine(place.fids()) + timesFloor(place);
    }

    private String timesFloor(Placed place) {
        double floor = floor(StudyResult.FID).orElse(0);
        return floor == 0 ? "" : ", " + number(place.fid() / floor) + " × real pictures";
    }

    /** The first pictures of each cell of the first seed that is there. */
    String samples(Panel panel) {
        return bySteps("samples", panel, place -> {
            byte[] png = files.picture(place.cells().get(0).key());
            return "<td><img src=\"data:image/png;base64,%s\" alt=\"%s\" title=\"%s\"/></td>"
                    .formatted(Base64.getEncoder().encodeToString(png), escape(said(place)), escape(said(place)));
        });
    }

    private String bySteps(String kind, Panel panel, Function<Placed, String> cell) {
        StringBuilder rows = new StringBuilder();
        List<Integer> steps = result.steps(panel);
        for (Variant variant : result.study().grid().variants()) {
            if (!result.curve(panel, variant).isEmpty()) {
                rows.append("<tr>").append(head("row", variant));
                steps.forEach(
                        n -> rows.append(result.at(panel, variant, n).map(cell).orElse(NONE)));
                rows.append("</tr>\n");
            }
        }
        return table(kind, panel.toString(), "steps", steps, rows);
    }

    private List<Integer> steps() {
        return result.study().grid().steps().stream()
                .filter(n -> result.places().anyMatch(place -> place.steps() == n))
                .toList();
    }

    /** Which way to draw has the lowest mean in so many steps. */
    String best() {
        StringBuilder rows = new StringBuilder();
        for (Panel panel : result.firstPanels()) {
            rows.append("<tr>").append(head("row", panel));
            for (int n : steps()) {
                rows.append(result.best(panel, n)
                        .map(place -> "<td title=\"" + escape(said(place)) + "\"><b>" + stacked(place.fids())
                                + "</b><br/>" + escape(place.variant().toString()) + "</td>")
                        .orElse(NONE));
            }
            rows.append("</tr>\n");
        }
        return table("", "", "steps", steps(), rows);
    }

    /** The kinds of timesteps side by side; a row for each way to draw that has several. */
    String spacings(Subject subject) {
        StringBuilder rows = new StringBuilder();
        StudySpacings.Ways ways = new StudySpacings(result).of(subject);
        for (StudySpacings.Way way : ways.list()) {
            Placed lowest =
                    StudyResult.lowest(List.copyOf(way.places().values())).orElseThrow();
            rows.append("<tr>").append(head("row", way.variant() + ", " + way.steps() + " steps"));
            for (String spacing : ways.spacings()) {
                Placed place = way.places().get(spacing);
                rows.append(
                        place == null
                                ? NONE
                                : "<td%s title=\"%s\">%s</td>"
                                        .formatted(
                                                place.equals(lowest) ? " class=\"best\"" : "",
                                                escape(said(place)),
                                                stacked(place.fids())));
            }
            rows.append("</tr>\n");
        }
        String caption = subject.name() + " (predicts " + subject.prediction() + ")";
        return rows.isEmpty() ? "" : table("spacings", caption, "timesteps", ways.spacings(), rows);
    }

    /** Milliseconds a picture, over all cells of a model and sampler in so many steps. */
    String cost() {
        StringBuilder rows = new StringBuilder();
        for (Subject subject : result.study().subjects()) {
            for (String sampler : result.study().grid().samplers()) {
                rows.append("<tr>").append(head("row", subject.name() + ", " + sampler));
                steps().forEach(n -> rows.append(milliseconds(result.places()
                        .filter(place -> place.steps() == n)
                        .filter(place -> place.panel().subject().equals(subject))
                        .filter(place -> place.variant().sampler().equals(sampler))
                        .flatMap(place -> place.cells().stream())
                        .collect(toSet()))));
                rows.append("</tr>\n");
            }
        }
        return table("", "", "steps", steps(), rows);
    }

    private static String milliseconds(Set<StudyCell> cells) {
        OptionalDouble seconds =
                cells.stream().mapToDouble(StudyCell::secondsPerImage).average();
        return seconds.isEmpty() ? NONE : "<td>" + number(1000 * seconds.getAsDouble()) + "</td>";
    }

    /** All that was measured, but for single classes, which only the tables in files have. */
    String all() {
        List<String> figures = result.done().values().stream()
                .flatMap(cell -> cell.figures().stream().map(StudyCell.Figure::name))
                .filter(name -> !name.contains(" "))
                .distinct()
                .toList();
        StringBuilder rows = new StringBuilder();
        if (!result.floors().isEmpty()) {
            rows.append("<tr>").append(head("row", "real pictures")).append(NONE.repeat(5));
            figures.forEach(name -> rows.append(value(result.floors().get(name))));
            rows.append(NONE).append("</tr>\n");
        }
        result.places().forEach(place -> {
            rows.append("<tr>").append(head("row", place.panel().subject().name()));
            Stream.of(
                            place.panel().spacing(),
                            place.variant(),
                            place.steps(),
                            place.calls(),
                            place.cells().size())
                    .forEach(fact ->
                            rows.append("<td>").append(escape(fact.toString())).append("</td>"));
            figures.forEach(name -> rows.append(value(place.figure(name))));
            rows.append(milliseconds(Set.copyOf(place.cells()))).append("</tr>\n");
        });
        List<String> heads = new ArrayList<>(List.of("timesteps", "way", "steps", "network calls", "seeds"));
        heads.addAll(figures);
        heads.add("ms a picture");
        return table("", "", "model", heads, rows);
    }

    private OptionalDouble floor(String figure) {
        Spread floor = result.floors().get(figure);
        return floor == null ? OptionalDouble.empty() : OptionalDouble.of(floor.mean());
    }

    private static String value(@Nullable Spread floor) {
        return floor == null ? NONE : "<td>" + number(floor.mean()) + " ± " + number(floor.std()) + "</td>";
    }

    static String value(Optional<SeedSpread> figure) {
        return figure.map(spread -> "<td>" + number(spread.mean())
                        + (spread.hasStd() ? " ± " + number(spread.std()) : "") + "</td>")
                .orElse(NONE);
    }

    static String table(String kind, String caption, String corner, List<?> columns, CharSequence rows) {
        return "<div class=\"scroll\"><table class=\"" + kind + "\">"
                + (caption.isEmpty() ? "" : "<caption>" + escape(caption) + "</caption>")
                + "\n<thead><tr>" + head("col", corner)
                + columns.stream().map(text -> head("col", text)).collect(joining())
                + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
    }

    static String head(String scope, Object text) {
        return "<th scope=\"" + scope + "\">" + escape(text.toString()) + "</th>";
    }
}
