package org.diffusion4j.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a network computes, and in which arithmetic: one decision, which the network's parameters carry. All other tensors take device
 * and dtype from a tensor at hand.
 *
 * <p>A picture of a seed depends on it: in bf16 most pictures look the same, and few are the same to the last grey level.
 *
 * @param precision may be {@link Precision#AUTO}, see {@link #arithmetic}
 */
public record Compute(Device device, Precision precision) {

    /** The processor, in float32: where nothing else is asked for, so that the pictures of a seed are the same everywhere. */
    public static final Compute DEFAULT = new Compute(Device.CPU, Precision.FLOAT32);

    /** The processor, in that precision. */
    public static Compute on(Precision precision) {
        return new Compute(Device.CPU, precision);
    }

    /** The precision, decided for the device; never {@link Precision#AUTO}. */
    public Precision arithmetic() {
        return precision.on(device);
    }

    /** Whether convolutions and products are computed in fewer bits than float32. */
    public boolean isLow() {
        return arithmetic() != Precision.FLOAT32;
    }

    /**
     * This decision, if this machine and this build of libtorch can follow it.
     *
     * @throws IllegalArgumentException if not; the message says what to do
     */
    public Compute requireUsable() {
        device.requireAvailable();
        arithmetic().requireUsable(device);
        return this;
    }

    /**
     * What a picture depends on, as a JSON tree: device and precision where they are not those of {@link #DEFAULT}, so that what was
     * named before there was a choice keeps its name.
     */
    public Map<String, Object> identity() {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (!device.isCpu()) {
            facts.put("device", device.type().toString());
        }
        if (isLow()) {
            facts.put("precision", arithmetic().toString());
        }
        return facts;
    }

    /** For people, with what {@code auto} means here: {@code cpu, bf16 (auto)}. */
    @Override
    public String toString() {
        return device + ", " + arithmetic() + (precision == Precision.AUTO ? " (auto)" : "");
    }
}
