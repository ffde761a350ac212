package org.diffusion4j.data.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * CLIP's tokenizer: a text to the numbers of its words and parts of words, and back.
 *
 * <p>Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021, section 2.4. A number is split
 * into digits, a run of punctuation is one word, white space only divides. Immutable, so it may be shared by threads.
 */
public final class ClipTokenizer {

    private static final Pattern WORD = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+", Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<String, Integer> vocabulary;
    private final Map<Integer, String> symbols = new HashMap<>();
    private final BytePairs pairs;
    private final SpecialTokens special;
    private final Pattern specialText;
    private final TextCleaning cleaning;

    /**
     * Of a vocabulary and its merges, for texts that are cleaned as by transformers.
     *
     * @param vocabulary the number of each symbol, from 0
     * @param merges as the lines of {@code merges.txt}, without its head
     * @throws IllegalArgumentException if a merge is not two symbols, or the vocabulary lacks a special token
     */
    public ClipTokenizer(Map<String, Integer> vocabulary, List<String> merges, SpecialTokens special) {
        this(Map.copyOf(vocabulary), new BytePairs(merges), special, TextCleaning.TRANSFORMERS);
    }

    private ClipTokenizer(
            Map<String, Integer> vocabulary, BytePairs pairs, SpecialTokens special, TextCleaning cleaning) {
        for (String token : special.all()) {
            require(vocabulary.containsKey(token), "the vocabulary lacks the token %s", token);
        }
        this.vocabulary = vocabulary;
        this.pairs = pairs;
        this.special = special;
        this.cleaning = cleaning;
        vocabulary.forEach((symbol, id) -> symbols.put(id, symbol));
        specialText = Pattern.compile(special.all().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
    }

    /** The same vocabulary for texts that are cleaned in another way. */
    public ClipTokenizer cleaning(TextCleaning other) {
        return new ClipTokenizer(vocabulary, pairs, special, other);
    }

    /**
     * The tokens of a text, of any length, without start and end.
     *
     * @param text any; {@code <|startoftext|>}, {@code <|endoftext|>} and the token that fills rows become their numbers
     */
    public int[] encode(String text) {
        List<Integer> ids = new ArrayList<>();
        // OpenAI's code looks for the special tokens in the clean text, transformers in the text as it came
        String searched = cleaning == TextCleaning.OPENAI ? cleaning.clean(text) : text;
        Matcher found = specialText.matcher(searched);
        int from = 0;
        while (found.find()) {
            words(searched.substring(from, found.start()), ids);
            ids.add(id(found.group()));
            from = found.end();
        }
        words(searched.substring(from), ids);
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private void words(String text, Collection<Integer> ids) {
        for (String word : words(cleaning == TextCleaning.OPENAI ? text : cleaning.clean(text))) {
            for (String symbol : pairs.symbols(word)) {
                ids.add(id(symbol));
            }
        }
    }

    /** The words of a clean text. */
    static List<String> words(String clean) {
        return WORD.matcher(clean).results().map(MatchResult::group).toList();
    }

    private int id(String symbol) {
        Integer id = vocabulary.get(symbol);
        return id == null ? id(special.unknown()) : id;
    }

    /**
     * The row of tokens that a text encoder receives: start, the text's tokens, end, filled to {@link #length()}. A text that is too long
     * loses its last tokens, see {@link #fits}.
     */
    public int[] row(String text) {
        return row(encode(text));
    }

    /** The row of tokens that are there already, without start and end. */
    int[] row(int[] tokens) {
        int[] row = new int[length()];
        Arrays.fill(row, id(special.padding()));
        int kept = Math.min(tokens.length, length() - 2);
        row[0] = start();
        System.arraycopy(tokens, 0, row, 1, kept);
        row[kept + 1] = end();
        return row;
    }

    /** Whether a text's tokens have room in one row. */
    public boolean fits(String text) {
        return encode(text).length <= length() - 2;
    }

    /**
     * The text of tokens, its words between blanks, without start, end and filling.
     *
     * @throws IllegalArgumentException if a number is not in the vocabulary
     */
    public String decode(int... tokens) {
        StringBuilder joined = new StringBuilder();
        for (int token : tokens) {
            String symbol = symbols.get(token);
            require(symbol != null, "the vocabulary has no token %s", token);
            if (!special.all().contains(symbol)) {
                joined.append(symbol);
            }
        }
        return Arrays.stream(joined.toString().split(Pattern.quote(BytePairs.WORD_END), -1))
                .map(BytePairs::text)
                .collect(Collectors.joining(" "))
                .strip();
    }

    /** How many tokens a row has, start and end among them: 77 in published models. */
    public int length() {
        return special.length();
    }

    /** How many tokens there are: one more than the highest number. */
    public int size() {
        return new TreeMap<>(symbols).lastKey() + 1;
    }

    /** The token before a text. */
    public int start() {
        return id(special.start());
    }

    /** The token after a text. */
    public int end() {
        return id(special.end());
    }

    /** The token of a comma that ends a word. */
    int comma() {
        return id("," + BytePairs.WORD_END);
    }
}
