package org.diffusion4j.latent.measure;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.diffusion4j.latent.clip.Clip;

/**
 * How often a CLIP finds the caption that a picture was drawn for among those of all pictures (R-precision: Park et al., "Benchmark for
 * Compositional Text-to-Image Synthesis", NeurIPS 2021), and how well the two fit. By chance it is found in one of {@code count} cases.
 *
 * @param count how many pictures there are, each with its caption
 * @param first the share, in [0, 1], of pictures that fit no other caption better than their own
 * @param firstFive the share of pictures that fit at most four captions better than their own
 * @param clipScore the mean of {@link Clip#score} over the pairs
 */
public record CaptionRank(int count, double first, double firstFive, double clipScore) {

    private static final int FIVE = 5;

    /**
     * Of features of the same CLIP.
     *
     * @param texts of the captions, as {@link Clip#text} gives them; equal captions count as one
     * @param pictures of the pictures, in the same order
     */
    public static CaptionRank of(List<float[]> texts, List<float[]> pictures) {
        require(
                texts.size() == pictures.size() && !texts.isEmpty(),
                "each picture needs a caption: there are %s pictures and %s captions",
                pictures.size(),
                texts.size());
        int first = 0;
        int firstFive = 0;
        double sum = 0;
        for (int i = 0; i < pictures.size(); i++) {
            float[] picture = pictures.get(i);
            double own = Clip.score(texts.get(i), picture);
            long better = texts.stream()
                    .mapToDouble(text -> Clip.score(text, picture))
                    .distinct()
                    .filter(score -> score > own)
                    .count();
            sum += own;
            first += better == 0 ? 1 : 0;
            firstFive += better < FIVE ? 1 : 0;
        }
        double count = pictures.size();
        return new CaptionRank(pictures.size(), first / count, firstFive / count, sum / count);
    }
}
