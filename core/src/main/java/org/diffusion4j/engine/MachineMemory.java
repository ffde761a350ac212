package org.diffusion4j.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** Refuses what cannot fit into this machine, or into its container, before any of it is taken. Threads: may be called by any. */
public final class MachineMemory {

    private static final double GIGABYTE = 1e9;

    private MachineMemory() {}

    /** All memory that there is, in bytes. */
    public static long total() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /**
     * Refuses a need that is beyond all memory.
     *
     * @param bytes the least that is needed; a double, since absurd sizes do not fit into a long
     * @param what needs it, with its size in the user's words
     * @param whatToDo what to lower
     * @throws OutOfNativeMemoryException if it is more than there is
     */
    public static void requireRoomFor(double bytes, String what, String whatToDo) {
        long total = total();
        if (bytes > total) {
            throw new OutOfNativeMemoryException(String.format(
                    Locale.ROOT,
                    "%s needs at least %.3g GB of memory, this machine has %.3g; %s",
                    what,
                    bytes / GIGABYTE,
                    total / GIGABYTE,
                    whatToDo));
        }
    }
}
