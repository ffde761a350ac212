package org.diffusion4j.engine;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tensors lie and are computed.
 *
 * @param type of the device
 * @param index which of several of that type, from 0
 */
public record Device(Type type, int index) implements Records.Named {

    /** The kinds of devices. */
    public enum Type {
        /** The processor. */
        CPU("cpu"),
        /** An NVIDIA GPU; needs the CUDA build of libtorch. */
        CUDA("cuda"),
        /** libtorch's device without memory, on which shapes, dtypes and devices are checked and nothing is computed. */
        META("meta");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        /** The name, as libtorch knows it. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** The processor. */
    public static final Device CPU = new Device(Type.CPU, 0);

    /** libtorch's device for checks. */
    public static final Device META = new Device(Type.META, 0);

    private static final Pattern NAME = Pattern.compile("(cpu|cuda|meta)(?::(\\d{1,3}))?");

    public Device {
        require(
                index >= 0 && (index == 0 || type == Type.CUDA),
                "there is one device %s only, so it has no number, was %s",
                type,
                index);
    }

    /**
     * The device of a name such as {@code cpu}, {@code cuda} or {@code cuda:1}; {@code cuda} is the first GPU.
     *
     * @throws IllegalArgumentException if it is the name of none
     */
    public static Device named(String name) {
        Matcher matcher = NAME.matcher(name);
        require(
                matcher.matches(),
                "there is no device '%s'; %s",
                name,
                DidYouMean.among(name, List.of("cpu", "cuda", "cuda:1")));
        Type type = DidYouMean.choose("device", matcher.group(1), List.of(Type.values()));
        return new Device(type, matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2)));
    }

    /**
     * This device, if this machine and this build of libtorch have it.
     *
     * @throws IllegalArgumentException if not; the message says what to add
     */
    public Device requireAvailable() {
        if (type == Type.CUDA) {
            Libtorch.start();
            require(
                    torch.hasCUDA(),
                    "device %s needs the CUDA build of libtorch, and this is the CPU build: build with -Dgpu (docs/devices.md), or take"
                            + " --device cpu",
                    this);
            int seen = torch.cuda_is_available() ? torch.cuda_device_count() : 0;
            require(
                    index < seen,
                    "device %s is not there, libtorch sees %s GPUs: check nvidia-smi, CUDA 13 and cuDNN 9, or take --device cpu",
                    this,
                    seen);
        }
        return this;
    }

    /** Whether it is the processor. */
    public boolean isCpu() {
        return type == Type.CPU;
    }

    /** A tensor on this device: itself where it lies there, else a copy made in the caller's scope. */
    public Tensor place(Tensor tensor) {
        return isCpu() && tensor.is_cpu() ? tensor : tensor.to(torch(), tensor.scalar_type());
    }

    /** The device for libtorch, made in the caller's scope. */
    public org.bytedeco.pytorch.Device torch() {
        return new org.bytedeco.pytorch.Device(toString());
    }

    /** The name, as {@link #named} takes it. */
    @Override
    public String toString() {
        return index == 0 ? type.toString() : type + ":" + index;
    }
}
