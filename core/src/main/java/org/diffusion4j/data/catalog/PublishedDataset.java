package org.diffusion4j.data.catalog;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.diffusion4j.data.Cifar;

/** The published data sets that are known by name, and where their publishers keep them. */
public enum PublishedDataset {
    MNIST(
            "mnist",
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
            idx(
                    "https://storage.googleapis.com/cvdf-datasets/mnist/",
                    9_912_422,
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    28_881,
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                    1_648_877,
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                    4_542,
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")),
    FASHION_MNIST(
            "fashion-mnist",
            List.of(
                    "T-shirt/top",
                    "Trouser",
                    "Pullover",
                    "Dress",
                    "Coat",
                    "Sandal",
                    "Shirt",
                    "Sneaker",
                    "Bag",
                    "Ankle boot"),
            idx(
                    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                    26_421_880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                    29_515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                    4_422_102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                    5_148,
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")),
    CIFAR10(
            "cifar10",
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            List.of(new RemoteFile(
                    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                    170_052_171,
                    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                    Cifar.FILES)));

    private final String id;
    private final List<String> labelNames;
    private final List<RemoteFile> files;

    PublishedDataset(String id, List<String> labelNames, List<RemoteFile> files) {
        this.id = id;
        this.labelNames = labelNames;
        this.files = files;
    }

    private static List<RemoteFile> idx(
            String base,
            long trainImages,
            String trainImagesSha256,
            long trainLabels,
            String trainLabelsSha256,
            long testImages,
            String testImagesSha256,
            long testLabels,
            String testLabelsSha256) {
        return List.of(
                new RemoteFile(base + "train-images-idx3-ubyte.gz", trainImages, trainImagesSha256),
                new RemoteFile(base + "train-labels-idx1-ubyte.gz", trainLabels, trainLabelsSha256),
                new RemoteFile(base + "t10k-images-idx3-ubyte.gz", testImages, testImagesSha256),
                new RemoteFile(base + "t10k-labels-idx1-ubyte.gz", testLabels, testLabelsSha256));
    }

    /** The data set of that name, as users write it. */
    public static Optional<PublishedDataset> named(String id) {
        return Arrays.stream(values()).filter(set -> set.id.equals(id)).findFirst();
    }

    /** The name that users write, and the folder in which the files lie. */
    public String id() {
        return id;
    }

    /** The names of the classes, in the order of their indices. */
    public List<String> labelNames() {
        return labelNames;
    }

    /** What is downloaded. */
    List<RemoteFile> files() {
        return files;
    }
}
