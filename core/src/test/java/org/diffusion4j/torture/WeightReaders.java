package org.diffusion4j.torture;

import static org.diffusion4j.torture.Originals.utf8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.diffusers.weights.Lora;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.diffusion4j.diffusers.weights.SingleFile;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.nn.vision.ImageClassifier;

/** Readers of weights. */
final class WeightReaders {

    private static final Path TORCH = Path.of("src/test/resources/torch");

    private WeightReaders() {}

    static void addTo(Readers readers) throws IOException {
        byte[] safetensors = safetensors(readers, Map.of("format", "pt"));
        readers.add("safetensors", "a.safetensors", WeightReaders::readTensors, safetensors);
        readers.add(
                "safetensors header",
                "a.safetensors",
                sealedHeader(safetensors),
                WeightReaders::readTensors,
                header(safetensors));

        Path zip = TORCH.resolve("zip.pth");
        Map<String, byte[]> entries = Originals.unzip(zip);
        String pickle = entries.keySet().stream()
                .filter(name -> name.endsWith("data.pkl"))
                .findFirst()
                .orElseThrow();
        readers.add("torch zip", "a.pth", WeightReaders::readTensors, Originals.read(zip));
        readers.add(
                "torch pickle",
                "a.pth",
                bytes -> Originals.with(entries, pickle, bytes),
                WeightReaders::readTensors,
                entries.get(pickle));
        readers.add(
                "torch sequence", "a.pth", WeightReaders::readTensors, Originals.read(TORCH.resolve("sequence.pth")));

        readers.add(
                "torch checkpoint", "a.ckpt", WeightReaders::readTensors, Originals.read(TORCH.resolve("nested.ckpt")));
        addOfStableDiffusion(readers);

        String index = Json.pretty(Map.of(
                "weight_map", Map.of("a.weight", "a-00001-of-00001.safetensors", "b", "a-00001-of-00001.safetensors")));
        Path model = modelOfShards(readers, index);
        Path indexFile = model.resolve("diffusion_pytorch_model.safetensors.index.json");
        readers.add(new Reader(
                "shards", indexFile, List.of(utf8(index)), UnaryOperator.identity(), () -> readModel(model)));

        Path classifier = readers.folder().resolve("classifier.safetensors");
        try (ImageClassifier network = new ImageClassifier(new ImageClassifier.Config(1, List.of(8), 2), 0)) {
            Classifier.write(classifier, network, List.of("cat", "dog"), Map.of());
        }
        byte[] bytes = Originals.read(classifier);
        readers.add(
                "classifier",
                "a.safetensors",
                sealedHeader(bytes),
                file -> Classifier.read(file).close(),
                header(bytes));
    }

    /** A LoRA, and a checkpoint of one file. */
    private static void addOfStableDiffusion(Readers readers) {
        try (PointerScope scope = new PointerScope()) {
            Path file = readers.folder().resolve("stable-diffusion.safetensors");
            Safetensors.write(
                    file,
                    Map.of(
                            "lora_unet_a.lora_up.weight", torch.ones(2, 1),
                            "lora_unet_a.lora_down.weight", torch.ones(1, 3),
                            "lora_unet_a.alpha", torch.ones(1).squeeze(),
                            "unet.b.lora_A.weight", torch.ones(1, 3),
                            "unet.b.lora_B.weight", torch.ones(2, 1)),
                    Map.of("lora_adapter_metadata", "{\"unet.lora_alpha\": 6}"));
            byte[] lora = Originals.read(file);
            readers.add("lora", "a.safetensors", sealedHeader(lora), WeightReaders::readLora, header(lora));

            String text = "conditioner.embedders.1.model.";
            Safetensors.write(
                    file,
                    Map.of(
                            "model.diffusion_model.input_blocks.0.0.weight",
                            torch.ones(1, 4, 1, 1),
                            "model.diffusion_model.input_blocks.1.0.in_layers.0.weight",
                            torch.ones(2),
                            "first_stage_model.encoder.mid.attn_1.q.weight",
                            torch.ones(2, 2, 1, 1),
                            text + "transformer.resblocks.0.attn.in_proj_bias",
                            torch.ones(6),
                            text + "text_projection",
                            torch.ones(2, 3)),
                    Map.of());
            byte[] single = Originals.read(file);
            readers.add(
                    "single file",
                    "a.safetensors",
                    sealedHeader(single),
                    WeightReaders::readSingleFile,
                    header(single));
        }
    }

    private static void readLora(Path file) {
        try (Lora lora = Lora.open(file);
                Parameters model = new Parameters("a model")) {
            model.root().to("a").add("weight", Initialiser.ZEROS, 2, 3);
            model.root().to("b").add("weight", Initialiser.ZEROS, 2, 3);
            model.allocate(0, ScalarType.Float);
            lora.addTo(Map.of(ModelPart.UNET, model), 0.5);
        }
    }

    private static void readSingleFile(Path path) {
        try (PointerScope scope = new PointerScope();
                SingleFile file = SingleFile.open(path)) {
            for (ModelPart part : ModelPart.values()) {
                file.weights(part);
            }
        }
    }

    /** A folder of a model whose weights lie beside an index. */
    private static Path modelOfShards(Readers readers, String index) throws IOException {
        Path model = readers.folder("shards");
        Files.writeString(
                model.resolve("config.json"),
                Json.pretty(UNet2DConfig.defaults().toMap()));
        Files.writeString(
                model.resolve("scheduler_config.json"),
                Json.pretty(SchedulerConfig.ddpm().toMap()));
        Files.copy(readers.folder().resolve("original.safetensors"), model.resolve("a-00001-of-00001.safetensors"));
        Files.writeString(model.resolve("diffusion_pytorch_model.safetensors.index.json"), index);
        return model;
    }

    private static void readModel(Path folder) {
        try (NamedTensors weights = ModelFolder.open(folder).openWeights()) {
            weights.tensors();
        }
    }

    private static byte[] safetensors(Readers readers, Map<String, String> metadata) {
        Path file = readers.folder().resolve("original.safetensors");
        try (PointerScope scope = new PointerScope()) {
            Safetensors.write(file, Map.of("a.weight", torch.ones(2, 3), "b", torch.zeros(4)), metadata);
        }
        return Originals.read(file);
    }

    private static byte[] header(byte[] safetensors) {
        return Arrays.copyOfRange(safetensors, 8, 8 + headerLength(safetensors));
    }

    private static UnaryOperator<byte[]> sealedHeader(byte[] safetensors) {
        byte[] data = Arrays.copyOfRange(safetensors, 8 + headerLength(safetensors), safetensors.length);
        return header -> Originals.safetensors(header, data);
    }

    private static int headerLength(byte[] safetensors) {
        return (int) ByteBuffer.wrap(safetensors).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }

    private static void readTensors(Path file) {
        try (NamedTensors tensors = NamedTensors.open(file)) {
            tensors.tensors();
        }
    }
}
