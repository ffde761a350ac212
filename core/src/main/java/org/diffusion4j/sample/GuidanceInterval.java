package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusion4j.engine.Records;

/**
 * The noise levels at which a model is guided, as text {@code LOW,HIGH}.
 *
 * <p>Kynkäänniemi et al., "Applying Guidance in a Limited Interval Improves Sample and Distribution Quality in Diffusion Models",
 * NeurIPS 2024.
 *
 * @param low the smallest noise-to-signal ratio sigma/alpha with guidance, at least 0
 * @param high the largest, above {@code low}, perhaps infinite
 */
public record GuidanceInterval(double low, double high) implements Records.Named {

    private static final Pattern TEXT = Pattern.compile("([^,]+),([^,]+)");

    public GuidanceInterval {
        require(
                low >= 0 && high > low,
                "the interval of guidance must be LOW,HIGH with 0 <= LOW < HIGH, was %s,%s",
                low,
                high);
    }

    /**
     * The interval of a text such as {@code 0.3,5}.
     *
     * @throws IllegalArgumentException if the text is not of two numbers, or the interval is empty
     */
    public static GuidanceInterval named(String text) {
        Matcher found = TEXT.matcher(text);
        require(found.matches(), "the interval of guidance must be LOW,HIGH, such as 0.3,5, was '%s'", text);
        try {
            return new GuidanceInterval(Double.parseDouble(found.group(1)), Double.parseDouble(found.group(2)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the interval of guidance must be two numbers LOW,HIGH, such as 0.3,5, was '" + text + "'", e);
        }
    }

    /** Whether a model is guided at this noise-to-signal ratio. */
    public boolean contains(double ratio) {
        return low <= ratio && ratio <= high;
    }

    @Override
    public String toString() {
        return low + "," + high;
    }
}
