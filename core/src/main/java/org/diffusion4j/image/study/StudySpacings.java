package org.diffusion4j.image.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.StudyGrid.Variant;
import org.diffusion4j.image.study.StudyResult.Panel;
import org.diffusion4j.image.study.StudyResult.Placed;

/** The kinds of timesteps of a study side by side, where a way to draw was measured with more than one. */
record StudySpacings(StudyResult result) {

    /**
     * A way to draw with its places.
     *
     * @param places at least two, none of which shares its timesteps with another
     */
    record Way(Variant variant, int steps, Map<String, Placed> places) {}

    /**
     * What a model has.
     *
     * @param spacings those that any way has, in the order of the grid
     */
    record Ways(List<Way> list, List<String> spacings) {

        List<Variant> variants() {
            return list.stream().map(Way::variant).distinct().toList();
        }
    }

    Ways of(Subject subject) {
        List<Way> ways = new ArrayList<>();
        for (Variant variant : result.study().grid().variants()) {
            for (int n : result.study().grid().steps()) {
                Map<String, Placed> places = new LinkedHashMap<>();
                for (String spacing : result.study().grid().spacings()) {
                    result.at(new Panel(subject, spacing), variant, n)
                            .filter(place -> place.settings().spacing().equals(spacing.toString()))
                            .ifPresent(place -> places.put(spacing, place));
                }
                if (places.size() > 1) {
                    ways.add(new Way(variant, n, places));
                }
            }
        }
        List<String> spacings = result.study().grid().spacings().stream()
                .filter(spacing -> ways.stream().anyMatch(way -> way.places.containsKey(spacing)))
                .toList();
        return new Ways(ways, spacings);
    }
}
