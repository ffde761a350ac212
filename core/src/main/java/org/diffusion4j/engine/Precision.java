package org.diffusion4j.engine;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of a network's convolutions and products. Norms, the features of the time, sums over a batch and all that samplers
 * compute stay float32, whatever it is.
 */
public enum Precision {
    FLOAT32("float32", ScalarType.Float),
    /** Half the memory of float32; faster where the processor has instructions for it, and slower elsewhere. */
    BFLOAT16("bf16", ScalarType.BFloat16),
    /** Half the memory too, more digits and a smaller range; for GPUs, and for drawing only. */
    FLOAT16("float16", ScalarType.Half),
    /** What the device is fastest in. */
    AUTO("auto", null);

    private static final String VARIABLE = "DIFFUSION4J_PRECISION";
    private static final Set<Precision> PROCESSOR = detect(Path.of("/proc/cpuinfo"));

    private final String text;
    private final @Nullable ScalarType dtype;

    Precision(String text, @Nullable ScalarType dtype) {
        this.text = text;
        this.dtype = dtype;
    }

    /**
     * The precision of a name.
     *
     * @throws IllegalArgumentException if it is the name of none
     */
    public static Precision named(String name) {
        return DidYouMean.choose("precision", name, List.of(values()));
    }

    /**
     * This precision with {@link #AUTO} decided: bf16 on a GPU and on a processor with AVX512-BF16 or AMX, else float32; or that of the
     * environment variable {@code DIFFUSION4J_PRECISION}, {@code float32} or {@code bf16}.
     *
     * @return never {@link #AUTO}
     * @throws IllegalArgumentException if the variable has another value
     */
    public Precision on(Device device) {
        return this == AUTO ? best(device, System.getenv(VARIABLE)) : this;
    }

    /** Whether the environment variable decides what {@link #AUTO} means. */
    public static boolean isSet() {
        String wanted = System.getenv(VARIABLE);
        return wanted != null && !wanted.isBlank();
    }

    static Precision best(Device device, @Nullable String wanted) {
        if (wanted != null && !wanted.isBlank()) {
            return DidYouMean.choose(VARIABLE, wanted, List.of(FLOAT32, BFLOAT16));
        }
        boolean fast = device.isCpu() ? PROCESSOR.contains(BFLOAT16) : device.type() == Device.Type.CUDA;
        return fast ? BFLOAT16 : FLOAT32;
    }

    /**
     * This precision, if the device can reasonably compute in it.
     *
     * @throws IllegalArgumentException if not: without instructions for it, a convolution in float16 takes 28 times as long as in float32
     */
    public Precision requireUsable(Device device) {
        require(
                this != FLOAT16 || !device.isCpu() || PROCESSOR.contains(FLOAT16),
                "this processor has no instructions for float16, which would be many times slower than float32: take --precision bf16 or"
                        + " auto");
        return this;
    }

    /**
     * This precision, if weights in a file can have it.
     *
     * @throws IllegalArgumentException if it is {@link #AUTO}
     */
    public Precision requireStorable() {
        require(this != AUTO, "storage must be float32, bf16 or float16: files are the same wherever they are written");
        return this;
    }

    /**
     * The dtype of convolutions and products.
     *
     * @throws IllegalStateException if this is {@link #AUTO}, which {@link #on} decides
     */
    public ScalarType dtype() {
        if (dtype == null) {
            throw new IllegalStateException("the precision 'auto' has no dtype before it is known where to compute");
        }
        return dtype;
    }

    /** The name in recipes and on the command line. */
    @Override
    public String toString() {
        return text;
    }

    /** What the processor has instructions for, besides float32. */
    static Set<Precision> detect(Path cpuinfo) {
        Set<Precision> found = EnumSet.of(FLOAT32);
        if (!Files.isReadable(cpuinfo)) {
            return found; // not Linux: no way to ask
        }
        try (Stream<String> lines = Files.lines(cpuinfo)) {
            String flags =
                    lines.filter(line -> line.startsWith("flags")).findFirst().orElse("");
            if (flags.contains(" avx512_bf16") || flags.contains(" amx_bf16")) {
                found.add(BFLOAT16);
            }
            if (flags.contains(" avx512_fp16") || flags.contains(" amx_fp16")) {
                found.add(FLOAT16);
            }
            return found;
        } catch (IOException e) {
            return found;
        }
    }
}
