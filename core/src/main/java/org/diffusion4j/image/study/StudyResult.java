package org.diffusion4j.image.study;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.StudyGrid.Variant;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.Spacing;

/**
 * A study as far as it is.
 *
 * @param floors what real pictures score, by the names of figures; empty where the data have no other part
 * @param done the cells that are done
 * @param total how many cells there will be
 */
record StudyResult(
        Study study, StudyFacts facts, Map<String, Spread> floors, Map<StudyCell.Key, StudyCell> done, int total) {

    static final String FID = "fid";

    /** One model on one kind of timesteps: a plot, with a curve for each variant. */
    record Panel(Subject subject, Spacing spacing) {

        /** A heading. */
        @Override
        public String toString() {
            return subject.name() + " (predicts " + subject.prediction() + "), " + spacing + " timesteps";
        }
    }

    /** A cell by its place in the grid. */
    record Placed(Panel panel, Variant variant, int steps, SampleSettings settings, StudyCell cell) {

        double fid() {
            return cell.figure(FID).orElseThrow(); // every cell that is done has it
        }

        long calls() {
            return Study.calls(panel.subject, settings);
        }
    }

    List<Panel> panels() {
        return study.subjects().stream()
                .flatMap(subject -> study.grid().spacings().stream().map(spacing -> new Panel(subject, spacing)))
                .toList();
    }

    /** A cell, if it is done. */
    Optional<Placed> at(Panel panel, Variant variant, int steps) {
        Subject subject = panel.subject;
        SampleSettings settings = study.grid().settings(variant, steps, panel.spacing, subject.timesteps());
        return Optional.ofNullable(done.get(study.key(subject, settings, facts)))
                .map(cell -> new Placed(panel, variant, steps, settings, cell));
    }

    /** What is done of a curve, few steps first. */
    List<Placed> curve(Panel panel, Variant variant) {
        return study.grid().steps().stream()
                .flatMap(steps -> at(panel, variant, steps).stream())
                .toList();
    }

    /** All places of a panel that are done, curve by curve. */
    Stream<Placed> places(Panel panel) {
        return study.grid().variants().stream().flatMap(variant -> curve(panel, variant).stream());
    }

    /** All places that are done; spacings that visit the same timesteps share a cell. */
    Stream<Placed> places() {
        return panels().stream().flatMap(this::places);
    }

    /** The cell of lowest FID among those of so many steps. */
    Optional<Placed> best(Panel panel, int steps) {
        return places(panel).filter(place -> place.steps == steps).min(Comparator.comparingDouble(Placed::fid));
    }

    /** Writes the study's table and page. */
    void write(StudyFolder files) {
        AtomicFile.write(files.page(), new StudyPage(this, files).toHtml());
        AtomicFile.write(files.table(), StudyTable.of(this));
    }
}
