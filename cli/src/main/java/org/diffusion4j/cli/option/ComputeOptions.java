package org.diffusion4j.cli.option;

import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say where a network computes, and in which arithmetic. */
public final class ComputeOptions {

    private static final String DEVICE = "--device";
    private static final String PRECISION = "--precision";

    @Option(
            names = DEVICE,
            paramLabel = "DEVICE",
            converter = DeviceName.class,
            description = "Where networks compute: cpu, cuda or cuda:N (default: cpu; train: as the recipe says).")
    private @Nullable Device device;

    @Option(
            names = PRECISION,
            paramLabel = "PRECISION",
            converter = PrecisionName.class,
            description =
                    "In which arithmetic: float32, bf16, float16, or auto, what this machine is fastest in"
                            + " (default: float32, in which a seed's pictures are the same everywhere; evaluate and study: auto, the likelihood"
                            + " float32; train: as the recipe says). The pictures of a seed differ a little between precisions.")
    private @Nullable Precision precision;

    private static final class DeviceName implements ITypeConverter<Device> {

        @Override
        public Device convert(String name) {
            try {
                return Device.named(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static final class PrecisionName implements ITypeConverter<Precision> {

        @Override
        public Precision convert(String name) {
            try {
                return Precision.named(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /**
     * What they say.
     *
     * @param usual the precision where none is given
     * @throws IllegalArgumentException if this machine cannot compute so
     */
    public Compute of(Precision usual) {
        return new Compute(device == null ? Device.CPU : device, precision == null ? usual : precision).requireUsable();
    }

    /** The changes that they make to a recipe. */
    public List<String> changes() {
        List<String> changes = new ArrayList<>();
        if (device != null) {
            device.requireAvailable();
            changes.add("train.device=" + device);
        }
        if (precision != null) {
            changes.add("train.precision=" + precision);
        }
        return changes;
    }

    /** Whether this option of a command is the precision. */
    static boolean isPrecision(OptionSpec option) {
        return option.longestName().equals(PRECISION);
    }

    /** The precision that a command drew in, {@code usual} where none was said, with auto decided, for who draws the same again on another machine. */
    static String decided(CommandSpec command, Precision usual) {
        Device device = command.findOption(DEVICE).getValue();
        Precision precision = command.findOption(PRECISION).getValue();
        return String.valueOf(
                new Compute(device == null ? Device.CPU : device, precision == null ? usual : precision).arithmetic());
    }

    /** The words that ask for what a picture was drawn with; none for the default. */
    public static List<String> typed(Device device, Precision precision) {
        List<String> words = new ArrayList<>();
        if (!device.isCpu()) {
            words.addAll(List.of(DEVICE, device.toString()));
        }
        if (precision != Precision.FLOAT32) {
            words.addAll(List.of(PRECISION, precision.toString()));
        }
        return words;
    }
}
