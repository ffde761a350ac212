package org.diffusion4j.engine;

import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/**
 * What the engine is on this machine, for people who ask why it is slow or does not start.
 *
 * @param libtorch the version of libtorch and of its Java presets
 * @param instructionSet the widest instructions that libtorch's own kernels use here, for instance {@code AVX512}
 * @param precision what {@link Precision#AUTO} means on the processor
 * @param threads how many threads one operation uses
 * @param nativeLimit JavaCPP's cap on the process's memory in bytes, 0 where there is none
 * @param freeMemory the machine's free memory in bytes
 * @param cudaBuilt whether this build of libtorch knows CUDA
 * @param cudaDevices how many CUDA devices it sees
 */
public record EngineReport(
        String libtorch,
        String instructionSet,
        Precision precision,
        int threads,
        long nativeLimit,
        long freeMemory,
        boolean cudaBuilt,
        int cudaDevices) {

    /** Starts libtorch and asks it. */
    public static EngineReport take() {
        Libtorch.start();
        return new EngineReport(
                version(),
                torch.get_cpu_capability().getString(),
                Precision.AUTO.on(Device.CPU),
                Libtorch.threads(),
                Pointer.maxPhysicalBytes(),
                Pointer.availablePhysicalBytes(),
                torch.hasCUDA(),
                torch.cuda_is_available() ? torch.cuda_device_count() : 0);
    }

    /** The version of libtorch and of its presets, known without loading it; empty where their jar does not say. */
    public static String version() {
        try {
            return Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException e) {
            return "";
        }
    }
}
