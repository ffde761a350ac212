package org.diffusion4j.image.study;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.StudyGrid.Variant;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.sample.SampleSettings;

/**
 * A study as far as it is.
 *
 * @param floors what real pictures score, by the names of figures; empty where the data have no other part
 * @param done the cells that are done
 * @param total how many cells the study has when all are done
 */
record StudyResult(
        Study study, StudyFacts facts, Map<String, Spread> floors, Map<StudyCell.Key, StudyCell> done, int total) {

    static final String FID = "fid";

    /** One model on one kind of timesteps: a plot, with a curve for each variant. */
    record Panel(Subject subject, String spacing) {

        /** A heading. */
        @Override
        public String toString() {
            return subject.name() + " (predicts " + subject.prediction() + "), " + spacing + " timesteps";
        }
    }

    /**
     * A place of the grid.
     *
     * @param cells those that are done, in the order of the study's seeds, at least one
     */
    record Placed(Panel panel, Variant variant, int steps, SampleSettings settings, List<StudyCell> cells) {

        SeedSpread fids() {
            return figure(FID).orElseThrow(); // every cell that is done has it
        }

        /** The FID of each seed. */
        Map<Long, Double> bySeed() {
            Map<Long, Double> fids = new LinkedHashMap<>();
            cells.forEach(cell -> fids.put(cell.key().seed(), cell.figure(FID).orElseThrow()));
            return fids;
        }

        /** The mean over the seeds. */
        double fid() {
            return fids().mean();
        }

        /** A figure over the seeds; empty where it was not measured. */
        Optional<SeedSpread> figure(String name) {
            List<Double> found = cells.stream()
                    .flatMap(cell -> cell.figure(name).stream().boxed())
                    .toList();
            return found.isEmpty() ? Optional.empty() : Optional.of(new SeedSpread(found));
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

    /** Those of the first kind of timesteps, one for each model; the others are compared with these. */
    List<Panel> firstPanels() {
        String first = study.grid().spacings().get(0);
        return study.subjects().stream()
                .map(subject -> new Panel(subject, first))
                .toList();
    }

    /** A place, if a cell of it is done. */
    Optional<Placed> at(Panel panel, Variant variant, int steps) {
        Subject subject = panel.subject;
        SampleSettings settings = study.grid().settings(variant, steps, panel.spacing, subject.process());
        List<StudyCell> cells = study.seeds().stream()
                .flatMap(seed -> Stream.ofNullable(done.get(study.key(subject, settings, seed, facts))))
                .toList();
        return cells.isEmpty() ? Optional.empty() : Optional.of(new Placed(panel, variant, steps, settings, cells));
    }

    /** Those numbers of steps of which a panel has a place, ascending. */
    List<Integer> steps(Panel panel) {
        return study.grid().steps().stream()
                .filter(n -> places(panel).anyMatch(place -> place.steps == n))
                .toList();
    }

    /** Whether all places have all seeds. */
    boolean isEven() {
        return places().allMatch(place -> place.cells.size() == study.seeds().size());
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

    /** The place of lowest mean FID among those of so many steps that have most seeds: means over other seeds do not compare. */
    Optional<Placed> best(Panel panel, int steps) {
        List<Placed> places =
                places(panel).filter(place -> place.steps == steps).toList();
        return lowest(places);
    }

    /** That of lowest mean FID among those that have most seeds. */
    static Optional<Placed> lowest(List<Placed> places) {
        int most = places.stream().mapToInt(place -> place.cells.size()).max().orElse(0);
        return places.stream().filter(place -> place.cells.size() == most).min(Comparator.comparingDouble(Placed::fid));
    }

    /** Writes the study's tables and page. */
    void write(StudyFolder files) {
        AtomicFile.write(files.page(), new StudyPage(this, files).toHtml());
        AtomicFile.write(files.table(), StudyTable.ofCells(this));
        AtomicFile.write(files.means(), StudyTable.ofMeans(this));
    }
}
