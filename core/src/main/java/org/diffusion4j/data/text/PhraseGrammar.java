package org.diffusion4j.data.text;

import static java.util.Map.entry;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the phrases of English that parts of speech alone show, without a parser.
 *
 * <ul>
 *   <li>NP, a noun phrase: a determiner, then adjectives, nouns, numbers and participles in any order that ends in a noun or a number
 *       ({@code a low rated coffee shop}); {@code 5 out of 5}; a pronoun; and each of these with the prepositional phrases behind it.
 *   <li>PP, a prepositional phrase: a preposition and a noun phrase.
 *   <li>ADJP, an adjective phrase of more than one word ({@code family friendly}, {@code moderately priced}), or of one that stands alone.
 * </ul>
 *
 * <p>To which word a prepositional phrase belongs, where a clause ends, what a conjunction joins: none of that is in the tags. So verb phrases,
 * clauses and noun phrases with clauses are not found. In tags that are not the universal ones it finds nothing.
 */
public final class PhraseGrammar {

    /** What it finds. */
    public static final List<String> LABELS = List.of("ADJP", "NP", "PP");

    private static final Map<String, String> CODES = Map.ofEntries(
            entry("NOUN", "n"),
            entry("PROPN", "p"),
            entry("ADJ", "a"),
            entry("DET", "d"),
            entry("NUM", "m"),
            entry("SYM", "s"),
            entry("ADP", "i"),
            entry("PRON", "r"),
            entry("CCONJ", "c"),
            entry("VERB", "v"),
            entry("AUX", "x"),
            entry("ADV", "b"),
            entry("PUNCT", "."));
    private static final String OTHER = "?";
    private static final String HYPHEN = "-";

    private static final String OUT_OF = "d?miim[np]*"; // a 5 out of 5 rating
    private static final String MODIFIER = String.join(
            "|",
            "[ampns](?=[.-]?[abmnpsv])",
            "b(?=[av])",
            "(?<=[abd-])v(?=[.]?[ampns])", // a participle, as in: a low rated pub
            "(?<=[amnp])-(?=[amnpv])",
            "(?<=a)[.](?=[ampn]-?[amn]|[av]-?n)"); // a cheap, friendly pub
    private static final Pattern NOUN_PHRASE = Pattern.compile(OUT_OF + "|[dr]?(?:" + MODIFIER + ")*[mnp]|r");
    private static final Pattern ADJECTIVE_PHRASE = Pattern.compile("b[av]|[np]-?a|av(?!n)|(?<=[xv.])a(?=[.c]|$)");

    private static final Comparator<Phrase> IN_ORDER = Comparator.comparingInt(Phrase::first)
            .thenComparingInt(Phrase::last)
            .thenComparing(Phrase::label);

    private PhraseGrammar() {}

    /**
     * The phrases of a text. They may lie in one another.
     *
     * @param words of the text
     * @param tags one for each word, universal ones
     */
    public static Set<Phrase> phrases(List<String> words, List<String> tags) {
        String codes = IntStream.range(0, words.size())
                .mapToObj(i -> words.get(i).equals(HYPHEN) ? HYPHEN : CODES.getOrDefault(tags.get(i), OTHER))
                .reduce("", String::concat);
        Map<Integer, Integer> nouns = new HashMap<>(); // first word to last
        Matcher noun = NOUN_PHRASE.matcher(codes);
        while (noun.find()) {
            nouns.put(noun.start(), noun.end() - 1);
        }
        Set<Phrase> found = new TreeSet<>(IN_ORDER);
        for (int i = 0; i < codes.length(); i++) {
            addAll(found, i, i, "NP", nouns, codes);
            if (codes.charAt(i) == 'i') {
                addAll(found, i, i + 1, "PP", nouns, codes);
            }
        }
        Matcher adjective = ADJECTIVE_PHRASE.matcher(codes);
        while (adjective.find()) {
            found.add(new Phrase(adjective.start(), adjective.end() - 1, "ADJP"));
        }
        return found;
    }

    /** The phrase from {@code first} whose noun phrase begins at {@code from}, if one does, and that with each further prepositional phrase. */
    private static void addAll(
            Set<Phrase> found, int first, int from, String label, Map<Integer, Integer> nouns, String codes) {
        @Nullable Integer last = nouns.get(from);
        while (last != null) {
            found.add(new Phrase(first, last, label));
            int preposition = last + 1;
            last = preposition < codes.length() && codes.charAt(preposition) == 'i' ? nouns.get(preposition + 1) : null;
        }
    }
}
