package org.diffusion4j.cli.metric;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.captions.TwoDigits;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Png;
import org.diffusion4j.latent.LatentDraw;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.latent.Prompt;
import org.diffusion4j.latent.clip.Clip;
import org.diffusion4j.latent.measure.CaptionRank;
import org.diffusion4j.latent.measure.NearestPictures;
import org.diffusion4j.latent.measure.PairAccuracy;
import org.diffusion4j.latent.training.LatentRecipe;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.train.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * What {@code evaluate} measures of a model that draws from words.
 *
 * @param sampling how it draws, from the model
 */
public record PromptMetrics(
        Path folder,
        List<String> names,
        int count,
        long seed,
        Compute compute,
        Sampling sampling,
        PromptMetric options,
        CommandLine command) {

    private static final String SCORE = "clip-score";
    private static final String RANK = "caption-rank";
    private static final String NEAREST = "nearest";
    private static final String DIGITS = "two-digits";
    private static final List<String> ALL = List.of(SCORE, RANK, NEAREST, DIGITS);
    private static final int COLUMNS = 10;
    private static final int PADDING = 1;
    private static final int AT_ONCE = 32;

    /** How a model draws after what was said on the command line. */
    @FunctionalInterface
    public interface Sampling {

        /** Of the model's own way. */
        SampleSettings of(LatentModel model);
    }

    /** What is asked for, with the values of the pictures that have these captions where there are any. */
    private record Asked(List<String> captions, List<byte[]> pictures) {}

    /** Measures and prints; what can be refused is refused before anything is drawn. */
    public void report(Optional<Path> data, boolean json) {
        names.forEach(name -> DidYouMean.choose("metric of pictures from words", name, ALL));
        try (LatentModel model = LatentModel.load(folder, compute)) {
            boolean ofDigits = LatentRecipe.of(model)
                    .map(recipe -> recipe.source().equals(Datasets.TWO_DIGITS))
                    .orElse(false);
            List<String> chosen = !names.isEmpty() ? names : ofDigits ? List.of(DIGITS) : List.of(SCORE, RANK);
            boolean ranks = chosen.contains(SCORE) || chosen.contains(RANK);
            boolean looks = chosen.contains(NEAREST);
            require(
                    !ranks || options.clip() != null,
                    "clip-score and caption-rank need --clip with the folder of a CLIP");
            require(options.prompts() == null || !options.learned(), "say either --prompts or --learned, not both");
            require(looks || options.sheet() == null, "--sheet shows what nearest finds: add it to --metrics");
            require(
                    !chosen.contains(DIGITS) || model.size().width() == 2 * TwoDigits.SIDE,
                    "two-digits is for models of two digits side by side, 'train recipes/latent-two-digits.json' makes"
                            + " one");
            SampleSettings settings = sampling.of(model);
            LatentDraw draw = model.draw("").withSettings(settings);
            model.check(draw);
            boolean ofPictures = looks || ranks && options.prompts() == null;
            List<CaptionedImages> parts = ofPictures ? parts(model, data) : List.of();
            Asked asked = ranks || looks ? asked(parts) : null; // first, since they may refuse their files
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("model", folder.toString());
            facts.put("seed", seed);
            facts.put("sampling", Records.CAMEL_CASE.write(settings));
            if (asked != null) {
                List<byte[]> drawn = drawn(model, draw, asked.captions);
                facts.put("captions", drawn.size());
                if (ranks && options.clip() != null) {
                    rank(drawn, asked, options.clip(), model.size().height(), chosen, facts);
                }
                if (looks) {
                    facts.put(NEAREST, nearest(drawn, parts));
                }
            }
            if (chosen.contains(DIGITS)) {
                facts.put(DIGITS, digits(model, draw));
            }
            print(facts, json);
        }
    }

    /** The lines of a file, or else some of the pictures that were read. */
    private Asked asked(List<CaptionedImages> parts) {
        Path file = options.prompts();
        if (file != null) {
            try {
                List<String> lines = Files.readAllLines(file).stream()
                        .filter(line -> !line.isBlank())
                        .limit(count)
                        .toList();
                require(!lines.isEmpty(), "%s: has no caption", file);
                return new Asked(lines, List.of());
            } catch (IOException e) {
                throw FileTrouble.reading(file, e);
            }
        }
        CaptionedImages of = parts.get(options.learned() ? 0 : 1);
        int shown = Math.min(count, of.size());
        int[] spread = IntStream.range(0, shown) // over all of them
                .map(i -> (int) ((long) i * of.size() / shown))
                .toArray();
        return new Asked(
                IntStream.of(spread).mapToObj(i -> of.captions(i).get(0)).toList(),
                IntStream.of(spread).mapToObj(i -> values(of, i)).toList());
    }

    /** The pictures that the model learned from, and those that were held out. */
    private List<CaptionedImages> parts(LatentModel model, Optional<Path> data) {
        LatentRecipe recipe = LatentRecipe.of(model)
                .orElseThrow(() -> new IllegalArgumentException(
                        "which captions? say --prompts FILE, since the model's folder does not say what was held out"));
        require(
                data.isPresent() && recipe.data().validation() > 0,
                "which captions? say --data with the pictures that the model learned from, or --prompts FILE");
        LatentRecipe.Data where = recipe.data();
        return new LatentRecipe.Data(
                        data.orElseThrow().toString(), where.captions(), where.size(), where.validation(), where.flip())
                .read(ReadOptions.DEFAULT.noting(command.getErr()::println))
                .holdOutRandom(where.validation(), Trainer.VALIDATION_SEED);
    }

    /** A picture for each caption, as its values. */
    private List<byte[]> drawn(LatentModel model, LatentDraw draw, List<String> captions) {
        List<byte[]> drawn = new ArrayList<>();
        each(model, draw, captions.size(), captions::get, pixels -> {
            for (long i = 0; i < pixels.size(0); i++) {
                byte[] values = new byte[(int) (pixels.numel() / pixels.size(0))];
                ByteBuffer stored = pixels.select(0, i).contiguous().createBuffer();
                stored.get(values);
                drawn.add(values);
            }
        });
        return drawn;
    }

    /** How near the drawn pictures are to those that were learned from, and how near pictures are that were not. */
    private Map<String, Object> nearest(List<byte[]> drawn, List<CaptionedImages> parts) {
        CaptionedImages learned = parts.get(0);
        CaptionedImages unseen = parts.get(1);
        NearestPictures found = NearestPictures.of(drawn, learned);
        NearestPictures ofUnseen = NearestPictures.of(
                IntStream.range(0, unseen.size())
                        .mapToObj(i -> values(unseen, i))
                        .toList(),
                learned);
        if (options.sheet() != null) {
            List<byte[]> nearest = found.found().stream()
                    .map(each -> values(learned, each.index()))
                    .toList();
            Png.write(
                    options.sheet(),
                    ImageGrid.inPairs(images(drawn, learned), images(nearest, learned), COLUMNS, PADDING),
                    Map.of());
        }
        Map<String, Object> facts = new LinkedHashMap<>(beside(found.median(), ofUnseen.median()));
        facts.put("copies", found.copies(ofUnseen));
        return facts;
    }

    private static List<BufferedImage> images(List<byte[]> pictures, CaptionedImages like) {
        try (PointerScope scope = new PointerScope()) {
            byte[] all = new byte[pictures.size() * like.imageBytes()];
            for (int i = 0; i < pictures.size(); i++) {
                System.arraycopy(pictures.get(i), 0, all, i * like.imageBytes(), like.imageBytes());
            }
            PixelCodec codec = new PixelCodec();
            return codec.toImages(
                    codec.encode(Tensors.of(all, pictures.size(), like.channels(), like.height(), like.width())));
        }
    }

    private static byte[] values(CaptionedImages pictures, int i) {
        ByteBuffer values = ByteBuffer.allocate(pictures.imageBytes());
        pictures.copy(i, values);
        return values.array();
    }

    private static void rank(
            List<byte[]> pixels,
            Asked asked,
            Path folderOfClip,
            int height,
            List<String> chosen,
            Map<String, @Nullable Object> facts) {
        try (Clip clip = Clip.load(folderOfClip)) {
            List<float[]> texts = asked.captions.stream().map(clip::text).toList();
            CaptionRank found = CaptionRank.of(texts, features(clip, pixels, height));
            CaptionRank real =
                    asked.pictures.isEmpty() ? null : CaptionRank.of(texts, features(clip, asked.pictures, height));
            if (chosen.contains(SCORE)) {
                facts.put(SCORE, beside(found.clipScore(), real == null ? null : real.clipScore()));
            }
            if (chosen.contains(RANK)) {
                facts.put(RANK + " first", beside(found.first(), real == null ? null : real.first()));
                facts.put(RANK + " first five", beside(found.firstFive(), real == null ? null : real.firstFive()));
            }
        }
    }

    private static Map<String, Object> beside(double drawn, @Nullable Double real) {
        Map<String, Object> both = new LinkedHashMap<>();
        both.put("drawn", drawn);
        if (real != null) {
            both.put("real", real);
        }
        return both;
    }

    private static List<float[]> features(Clip clip, List<byte[]> pictures, int height) {
        return pictures.stream().map(values -> features(clip, values, height)).toList();
    }

    private static float[] features(Clip clip, byte[] values, int height) {
        try (PointerScope scope = new PointerScope()) {
            int channels = 3; // of every model that has captions
            return clip.picture(Tensors.of(values, channels, height, values.length / channels / height));
        }
    }

    /** Draws pairs of all kinds equally often, each in both ways to say it, and reads them. */
    private Map<String, Object> digits(LatentModel model, LatentDraw draw) {
        List<TwoDigits.Pair> asked = new ArrayList<>();
        List<TwoDigits.Pair> read = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            asked.add(new TwoDigits.Pair(i / 10 % 10, i % 10));
        }
        try (Classifier classifier = Classifier.mnist()) {
            each(
                    model,
                    draw,
                    count,
                    i -> asked.get(i).captions().get(i / 100 % 2),
                    pixels -> read.addAll(PairAccuracy.read(pixels, classifier)));
        }
        Map<String, Object> found = new LinkedHashMap<>();
        for (boolean heldOut : new boolean[] {false, true}) {
            int[] places = IntStream.range(0, count)
                    .filter(i -> TwoDigits.isHeldOut(asked.get(i)) == heldOut)
                    .toArray();
            if (places.length > 0) {
                found.put(
                        heldOut ? "held out" : "trained",
                        Records.CAMEL_CASE.write(PairAccuracy.of(
                                IntStream.of(places).mapToObj(asked::get).toList(),
                                IntStream.of(places).mapToObj(read::get).toList())));
            }
        }
        return found;
    }

    /** Draws a picture for each caption with a seed of its own, some together, and shows their pixels. */
    private void each(
            LatentModel model, LatentDraw draw, int total, IntFunction<String> caption, Consumer<Tensor> seen) {
        try (LiveWork work = new LiveWork("drawing")) {
            for (int first = 0; first < total; first += AT_ONCE) {
                work.at(first, total, "pictures");
                int size = Math.min(AT_ONCE, total - first);
                List<Prompt> prompts = IntStream.range(first, first + size)
                        .mapToObj(i -> new Prompt(caption.apply(i), null, true))
                        .toList();
                LatentDraw part = draw.withSeeds(LongStream.range(seed + first, seed + first + size)
                        .boxed()
                        .toList());
                try (PointerScope scope = new PointerScope();
                        Tensor drawn = model.drawEach(part, prompts, SampleListener.NONE)) {
                    seen.accept(new PixelCodec().decode(drawn));
                }
            }
        }
    }

    private void print(Map<String, @Nullable Object> facts, boolean json) {
        if (json) {
            command.getOut().print(Json.pretty(facts));
        } else {
            facts.forEach((name, value) ->
                    command.getOut().printf(Locale.ROOT, "%-23s %s%n", name, TextMetrics.plain(value)));
        }
    }
}
