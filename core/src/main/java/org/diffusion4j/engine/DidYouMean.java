package org.diffusion4j.engine;

import static java.util.stream.Collectors.joining;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was probably meant, for messages about names that are not known. */
public final class DidYouMean {

    /** A longer name is nobody's slip, and a distance takes time by the product of both lengths. */
    private static final int LONGEST = 100;

    private DidYouMean() {}

    /**
     * The one of {@code valid} whose text is {@code name}.
     *
     * @param what the kind of thing, for the message: {@code "there is no spacing 'leadng'; did you mean 'leading'? …"}
     * @throws IllegalArgumentException if there is none
     */
    public static <T> T choose(String what, String name, Collection<T> valid) {
        for (T candidate : valid) {
            if (candidate.toString().equals(name)) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("there is no " + what + " '" + name + "'; "
                + among(name, valid.stream().map(Object::toString).toList()));
    }

    /** The known name that was probably meant, if one is near. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        return known.stream()
                .filter(each -> name.length() <= LONGEST)
                .sorted()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(nearest -> distance(name, nearest) <= Math.max(2, name.length() / 3));
    }

    /** A name that is passed over; with the question whether a known one was meant, where one is near. */
    public static String passedOver(String name, Collection<String> known) {
        return name
                + nearest(name, known)
                        .map(nearest -> " (did you mean " + nearest + "?)")
                        .orElse("");
    }

    /**
     * The end of a message about an unknown name.
     *
     * @return {@code "did you mean 'a'? known are: a, b, c"} in alphabetical order; without the question where no known name is near
     */
    public static String among(String name, Collection<String> known) {
        String question = nearest(name, known)
                .map(nearest -> "did you mean '" + nearest + "'? ")
                .orElse("");
        return question + "known are: " + known.stream().sorted().collect(joining(", "));
    }

    /** Levenshtein's distance, blind to case and to the difference between camelCase, kebab-case and snake_case. */
    private static int distance(String left, String right) {
        String a = plain(left);
        String b = plain(right);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    private static String plain(String name) {
        return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }
}
