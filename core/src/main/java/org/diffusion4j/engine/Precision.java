package org.diffusion4j.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.jspecify.annotations.Nullable;

/** The arithmetic of a network's forward pass; parameters, gradients and everything outside stay float32. */
public enum Precision {
    FLOAT32("float32"),
    /** Convolutions and products in bfloat16; slower than float32 where the processor has no instructions for it. */
    BFLOAT16("bf16");

    private static final String VARIABLE = "DIFFUSION4J_PRECISION";
    private static final Precision DETECTED = detect(Path.of("/proc/cpuinfo"));

    private final String text;

    Precision(String text) {
        this.text = text;
    }

    /** A stretch of code in one precision, on the thread that opened it. */
    public interface Scope extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * The fastest precision of this processor: bfloat16 with AVX512-BF16 or AMX, else float32; or that of the environment variable
     * {@code DIFFUSION4J_PRECISION}, {@code float32} or {@code bf16}.
     *
     * @throws IllegalArgumentException if the variable has another value
     */
    public static Precision best() {
        return best(System.getenv(VARIABLE));
    }

    static Precision best(@Nullable String wanted) {
        return wanted == null || wanted.isBlank() ? DETECTED : DidYouMean.choose(VARIABLE, wanted, List.of(values()));
    }

    /** Makes this the precision of the calling thread until the scope is closed; open it around forward, not backward. */
    public Scope open() {
        Libtorch.start();
        boolean before = torch.is_autocast_enabled(DeviceType.CPU);
        torch.set_autocast_enabled(DeviceType.CPU, this == BFLOAT16);
        return () -> {
            torch.set_autocast_enabled(DeviceType.CPU, before);
            if (!before) {
                torch.clear_cache();
            }
        };
    }

    /** The precision that the calling thread is in. */
    public static Precision current() {
        return torch.is_autocast_enabled(DeviceType.CPU) ? BFLOAT16 : FLOAT32;
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }

    static Precision detect(Path cpuinfo) {
        if (!Files.isReadable(cpuinfo)) {
            return FLOAT32; // not Linux: no way to ask
        }
        try (Stream<String> lines = Files.lines(cpuinfo)) {
            return lines.filter(line -> line.startsWith("flags"))
                            .findFirst()
                            .filter(flags -> flags.contains(" avx512_bf16") || flags.contains(" amx_bf16"))
                            .isPresent()
                    ? BFLOAT16
                    : FLOAT32;
        } catch (IOException e) {
            return FLOAT32;
        }
    }
}
