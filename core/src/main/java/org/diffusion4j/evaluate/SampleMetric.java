package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** What can be said of pictures beside a reference. Each gives its figures by name, numbers all of them. */
public enum SampleMetric {

    /** The Fréchet distance of features, from all of the reference. */
    FID {
        @Override
        Map<String, Double> figures(MetricInput compared) {
            try (FeatureMoments pictures = FeatureMoments.of(compared.pictures().vectors())) {
                return Map.of(
                        "fid", FrechetDistance.of(pictures, compared.reference().moments()));
            }
        }
    },

    /**
     * The same of features that say where things are (Nash et al., "Generating Images with Sparse Representations", ICML 2021, section 4.2;
     * the layer is that of guided-diffusion's evaluation).
     */
    SFID {
        @Override
        Map<String, Double> figures(MetricInput compared) {
            try (FeatureMoments pictures = FeatureMoments.of(Reference.spatial(compared.pictures()))) {
                return Map.of(
                        "sfid",
                        FrechetDistance.of(pictures, compared.reference().spatialMoments()));
            }
        }
    },

    /** The Inception Score in ten splits; the reference plays no part. */
    IS {
        @Override
        Map<String, Double> figures(MetricInput compared) {
            Tensor logits = compared.pictures().logits();
            int splits = (int) Math.min(10, compared.count());
            try (InceptionScore score = new InceptionScore(compared.count(), splits, (int) logits.size(1))) {
                score.add(0, logits);
                return spread("is", score.score());
            }
        }
    },

    /** The kernel distance of subsets. */
    KID {
        @Override
        Map<String, Double> figures(MetricInput compared) {
            Tensor x = compared.pictures().vectors();
            Tensor y = compared.reference().seen().vectors();
            return spread(
                    "kid", KernelDistance.of(Math.min(x.size(0), y.size(0))).between(x, y));
        }
    },

    /** Improved precision and recall of equal numbers. */
    PR {
        @Override
        Map<String, Double> figures(MetricInput compared) {
            Tensor[] equal = compared.equalNumbers();
            PrecisionRecall found = PrecisionRecall.of(equal[0], equal[1], PrecisionRecall.NEIGHBOUR);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("precision", found.precision());
            figures.put("recall", found.recall());
            return figures;
        }
    },

    /** How often the network sees the class that a picture was drawn for. */
    ACCURACY {
        @Override
        Map<String, Double> figures(MetricInput compared) {
            int[] labels = compared.labels();
            require(labels.length > 0, "accuracy is for pictures that have classes, these have none");
            int classes = (int) compared.pictures().logits().size(1);
            require(
                    Arrays.stream(labels).allMatch(label -> label < classes),
                    "accuracy needs a network that knows the same classes as the pictures; it knows %s",
                    classes);
            ClassAccuracy accuracy = new ClassAccuracy(classes);
            accuracy.add(compared.pictures().logits(), labels);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("accuracy", accuracy.total());
            double[] perClass = accuracy.perClass();
            for (int c = 0; c < classes; c++) {
                if (!Double.isNaN(perClass[c])) {
                    figures.put("accuracy of class " + c, perClass[c]);
                }
            }
            return figures;
        }
    };

    abstract Map<String, Double> figures(MetricInput compared);

    /**
     * Its figures.
     *
     * @throws IllegalArgumentException if it cannot be measured of these pictures
     */
    public Map<String, Double> of(MetricInput compared) {
        try (PointerScope scope = new PointerScope()) {
            return figures(compared);
        }
    }

    private static Map<String, Double> spread(String name, Spread spread) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(name, spread.mean());
        figures.put(name + " std", spread.std());
        return figures;
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
