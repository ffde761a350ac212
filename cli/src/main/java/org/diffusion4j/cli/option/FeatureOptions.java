package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.catalog.DataHome;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.evaluate.FeatureNetwork;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.image.measure.InceptionNetwork;
import org.diffusion4j.nn.vision.InceptionInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say by which network pictures are compared, and where what it sees is kept. */
public final class FeatureOptions {

    @Option(
            names = "--inception",
            paramLabel = "FILE",
            description = "The weights of FID's Inception network, .pth or .safetensors"
                    + " (default: the classifier of MNIST that is built in, for grey pictures).")
    private @Nullable Path inception;

    @Option(
            names = "--resize",
            defaultValue = "tensorflow-1",
            description = "How pictures are resized for Inception: tensorflow-1 or pytorch-fid"
                    + " (default: ${DEFAULT-VALUE}).")
    private String resize;

    @Option(
            names = "--classifier",
            paramLabel = "FILE",
            description = "A file of 'classifier train' whose features are used instead.")
    private @Nullable Path classifier;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where features are kept, so that a stopped measurement goes on"
                    + " (default: features in the folder of data sets).")
    private @Nullable Path cache;

    /** The network for such pictures, owned by the caller. */
    public FeatureNetwork network(ImageDataset data) {
        if (inception != null) {
            return new InceptionNetwork(
                    inception, DidYouMean.choose("resize", resize, List.of(InceptionInput.values())));
        }
        if (classifier != null) {
            return Classifier.read(classifier);
        }
        require(
                data.channels() == 1,
                "pictures in colour are measured by FID's Inception network; name its weights with --inception FILE");
        return Classifier.mnist();
    }

    /** Whether they are Inception's, which says what is where but knows other classes. */
    public boolean areInceptions() {
        return inception != null;
    }

    /** The folder of what networks have seen. */
    public Path cache() {
        return cache == null ? DataHome.folder().resolve("features") : cache;
    }
}
