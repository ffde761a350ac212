package org.diffusion4j.latent.autoencoder;

import static org.diffusion4j.engine.Require.require;

import java.util.LinkedHashMap;
import java.util.Map;
import org.diffusion4j.nn.vae.PatchDiscriminator;
import org.jspecify.annotations.Nullable;

/**
 * The discriminator that an autoencoder is trained against.
 *
 * @param weight of the adversarial term, beside the adaptive weight that makes its gradient as strong as that of the error; 0.5 in latent
 *     diffusion's autoencoders with a KL term
 * @param from how many steps the autoencoder is trained alone; the papers begin late
 * @param width the channels of its first layer; 64 in the papers
 * @param layers how many layers halve the size; 3 in the papers
 * @param rate by how much the learning rate is multiplied for it; 1 in latent diffusion's code
 */
public record DiscriminatorSettings(double weight, long from, int width, int layers, double rate) {

    public DiscriminatorSettings {
        require(weight > 0, "discriminator.weight must be above 0, was %s; omit discriminator for none", weight);
        require(from >= 0, "discriminator.from must be at least 0, was %s", from);
        require(rate > 0, "discriminator.rate must be above 0, was %s", rate);
        new PatchDiscriminator.Config(1, width, layers); // refuses what is out of range
    }

    /** A tree with what it omits as in the papers; when it begins is to be said. */
    static Map<String, @Nullable Object> completed(Map<?, ?> tree) {
        Map<String, @Nullable Object> whole =
                new LinkedHashMap<>(Map.of("weight", 0.5, "width", 64, "layers", 3, "rate", 1));
        tree.forEach((key, value) -> whole.put(key.toString(), value));
        return whole;
    }

    /** Of pictures of so many channels. */
    PatchDiscriminator.Config network(int channels) {
        return new PatchDiscriminator.Config(channels, width, layers);
    }
}
