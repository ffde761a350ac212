package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.cli.option.SplitOption;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.evaluate.ClassAccuracy;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows how often a classifier is right. */
@Command(
        name = "test",
        description = "Shows how often a classifier is right, of each class and of all.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} classifier test --data mnist"})
final class ClassifierTestCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "A file that 'classifier train' wrote (default: the classifier of MNIST that is built in).")
    private @Nullable Path weights;

    @Mixin
    private DataOptions data;

    @Mixin
    private SplitOption split;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public void run() {
        try (Classifier classifier = weights == null ? Classifier.mnist() : Classifier.read(weights)) {
            ImageDataset images = data.read(split.part(data), spec.commandLine().getErr());
            ClassAccuracy accuracy = accuracy(classifier, images);
            PrintWriter out = spec.commandLine().getOut();
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("classifier", classifier.name());
            facts.put("data", images.name());
            facts.put("split", split.part(data).word());
            facts.put("count", images.size());
            facts.put("accuracy", accuracy.total());
            double[] perClass = accuracy.perClass();
            for (int c = 0; c < perClass.length; c++) {
                facts.put("class " + classifier.labels().get(c), perClass[c]);
            }
            if (json) {
                out.print(Json.pretty(facts));
            } else {
                facts.forEach((name, value) -> out.println(row(name, value)));
            }
        }
    }

    private static String row(String name, Object value) {
        return value instanceof Double share
                ? String.format(Locale.ROOT, "%-10s %.2f %%", name, 100 * share)
                : String.format(Locale.ROOT, "%-10s %s", name, value);
    }

    private static ClassAccuracy accuracy(Classifier classifier, ImageDataset images) {
        try (LiveWork work = new LiveWork("testing")) {
            return ClassAccuracy.of(classifier, Pictures.of(images), (done, total) -> work.at(done, total, "images"));
        }
    }
}
