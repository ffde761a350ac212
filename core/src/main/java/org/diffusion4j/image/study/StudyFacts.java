package org.diffusion4j.image.study;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.EngineReport;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.image.measure.RealImages;

/**
 * What all cells of a study share, and where and by what it was run.
 *
 * @param split which part of the data drawn pictures are compared with
 * @param reference how many pictures that part has
 * @param trainingHash what the images are known by whose classes are drawn
 * @param features the length of the network's feature vectors
 * @param program what ran the study, with its version and, if any, its command
 */
record StudyFacts(
        String data,
        String split,
        int reference,
        String dataHash,
        String trainingHash,
        String network,
        int features,
        int batchSize,
        int threads,
        String program,
        String libtorch,
        String java,
        String date) {

    static StudyFacts of(FeatureCache sight, RealImages real, String program) {
        ImageDataset data = real.reference();
        return new StudyFacts(
                real.name(),
                real.part().word(),
                data.size(),
                data.fingerprint(),
                real.training().fingerprint(),
                sight.network().name(),
                sight.network().dims(),
                sight.batchSize(),
                Libtorch.threads(),
                program,
                EngineReport.version(),
                System.getProperty("java.version", ""),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
