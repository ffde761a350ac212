package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.engine.Records;
import org.diffusion4j.sample.SampleSettings;

/**
 * How texts are written.
 *
 * @param count how many
 * @param seed from which, with a text's number, its noise follows
 * @param template what of each text is given
 * @param sample the sampler
 * @param clamp whether x0 is rounded to the nearest embeddings in each step
 * @param temperature of the distribution over tokens, where the model predicts one: below 1 for likelier texts that are more alike
 * @param atOnce how many texts go through the network together, which changes nothing but memory; 0 for at most 64
 */
public record WriteSettings(
        int count,
        long seed,
        TextTemplate template,
        SampleSettings sample,
        boolean clamp,
        double temperature,
        int atOnce) {

    public WriteSettings {
        require(count >= 1, "there must be at least 1 text, were %s", count);
        TextRecipe.requireTemperature(temperature);
        require(atOnce >= 0, "the texts at once must be at least 0, were %s", atOnce);
    }

    public WriteSettings withCount(int count) {
        return Records.with(this, "count", count);
    }

    public WriteSettings withSeed(long seed) {
        return Records.with(this, "seed", seed);
    }

    public WriteSettings withTemplate(TextTemplate template) {
        return Records.with(this, "template", template);
    }

    public WriteSettings withSample(SampleSettings sample) {
        return Records.with(this, "sample", sample);
    }

    public WriteSettings withClamp(boolean clamp) {
        return Records.with(this, "clamp", clamp);
    }

    public WriteSettings withTemperature(double temperature) {
        return Records.with(this, "temperature", temperature);
    }

    public WriteSettings withAtOnce(int atOnce) {
        return Records.with(this, "atOnce", atOnce);
    }
}
