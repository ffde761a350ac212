package org.diffusion4j.data.text;

import static org.diffusion4j.engine.Require.require;

import java.util.List;

/**
 * A text of which the part of speech of each word is known.
 *
 * @param words at least one
 * @param tags one for each word, such as {@code NOUN}
 */
public record TaggedText(List<String> words, List<String> tags) {

    public TaggedText {
        words = List.copyOf(words);
        tags = List.copyOf(tags);
        require(!words.isEmpty(), "a tagged text has at least one word");
        require(words.size() == tags.size(), "a text of %s words has %s parts of speech", words.size(), tags.size());
    }
}
