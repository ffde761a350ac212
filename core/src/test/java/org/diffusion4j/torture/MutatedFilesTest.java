package org.diffusion4j.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.diffusion4j.engine.DiffusionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code -Dtorture.files=1000000} gives a million files to the readers together; a file that fails is kept below {@code target}. */
@DisplayName("A file that was changed at random")
class MutatedFilesTest {

    private static final long FILES = Long.getLong("torture.files", 1_000_000);
    private static final long FEW = 200;
    private static final long FIRST = Long.getLong("torture.first", 0);
    private static final long LONGEST_MILLIS = 20_000;
    private static final long MOST_ALLOCATED = 1L << 30; // in all; what lives at once must fit into the heap
    private static final int LONGEST_MESSAGE = 2_010;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private static Path folder;

    private static List<Reader> readers = List.of();

    @BeforeAll
    static void makeOriginals() throws Exception {
        readers = Readers.all(folder);
    }

    static Stream<Reader> readers() {
        return readers.stream();
    }

    private final List<String> faults = new ArrayList<>();
    private volatile long number;
    private volatile long since;

    @ParameterizedTest(name = "{0}")
    @MethodSource("readers")
    void is_read_or_refused_in_one_line_soon_and_without_much_memory(Reader reader) throws Exception {
        give(reader, FEW);
    }

    @Tag("torture")
    @ParameterizedTest(name = "{0}")
    @MethodSource("readers")
    void of_a_million_is_read_or_refused_in_one_line_soon_and_without_much_memory(Reader reader) throws Exception {
        give(reader, FILES / readers.size());
    }

    private void give(Reader reader, long count) throws Exception {
        for (byte[] original : reader.originals()) {
            reader.write(reader.sealing().apply(original.clone()));
            assertThatCode(reader.reading()::run).as("the original").doesNotThrowAnyException();
        }
        since = System.nanoTime();
        Thread worker = new Thread(() -> {
            for (number = FIRST; number < FIRST + count && faults.size() < 10; number++) {
                since = System.nanoTime();
                byte[] bytes = reader.write(number);
                String fault = fault(reader);
                if (fault != null) {
                    faults.add(reader.name() + " " + number + ": " + fault);
                    keep(reader, bytes);
                }
            }
        });
        worker.setDaemon(true);
        worker.start();
        while (worker.isAlive()) {
            worker.join(200);
            assertThat((System.nanoTime() - since) / 1_000_000)
                    .as(() -> reader.name() + " " + number + " hangs: " + List.of(worker.getStackTrace()))
                    .isLessThan(LONGEST_MILLIS);
        }
        assertThat(faults).isEmpty();
    }

    /** What is wrong about the outcome, or null. */
    private static @Nullable String fault(Reader reader) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        try {
            reader.reading().run();
        } catch (DiffusionException refused) {
            String message = String.valueOf(refused.getMessage());
            if (message.length() > LONGEST_MESSAGE || message.chars().anyMatch(Character::isISOControl)) {
                return "the message is not one line: " + message;
            }
        } catch (Throwable other) {
            return other + " at "
                    + List.of(other.getStackTrace()).subList(0, Math.min(12, other.getStackTrace().length));
        }
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        return allocated > MOST_ALLOCATED ? "took " + (allocated >> 20) + " MB" : null;
    }

    private void keep(Reader reader, byte[] bytes) {
        try {
            Path kept = Files.createDirectories(Path.of("target/torture", reader.name()));
            Files.write(kept.resolve(number + "-" + reader.file().getFileName()), bytes);
        } catch (IOException e) {
            faults.add("the file cannot be kept: " + e);
        }
    }
}
