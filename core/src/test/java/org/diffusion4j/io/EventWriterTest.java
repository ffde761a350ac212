package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import javax.imageio.ImageIO;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.torture.Originals;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An event file")
class EventWriterTest {

    private static final Clock AT_1_5_SECONDS = Clock.fixed(Instant.ofEpochMilli(1500), ZoneOffset.UTC);

    /** Written by tensorboard 2.21's RecordWriter: the version, loss/train = 0.25 at step 7, s = -1 at step 1,000,000. */
    private static final String VERSION =
            "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c";

    private static final String STEP_7 =
            "200000000000000029eda95009000000000000f83f1007" + "2a130a110a0a6c6f73732f747261696e150000803edd93c4ad";
    private static final String STEP_1000000 =
            "19000000000000008bf1082809000000000000f83f10c0843d2a0a0a080a017315000080bfd8364e46";

    @TempDir
    Path folder;

    @Test
    void is_what_tensorboard_writes_byte_for_byte() throws IOException {
        assertThat(written()).isEqualTo(VERSION + STEP_7 + STEP_1000000);
    }

    @Test
    void goes_on_without_gap_or_double_when_it_is_opened_again() throws IOException {
        written();
        try (EventWriter events = open(7)) {
            events.scalar("s", 1_000_000, -1);
        }
        assertThat(hex()).isEqualTo(VERSION + STEP_7 + STEP_1000000);
    }

    @Test
    void begins_anew_before_the_first_step() throws IOException {
        written();
        open(-1).close();
        assertThat(hex()).isEqualTo(VERSION);
    }

    @Test
    void drops_a_record_that_is_cut_short_or_damaged() throws IOException {
        written();
        byte[] whole = Files.readAllBytes(file());
        int begin = (VERSION.length() + STEP_7.length()) / 2;
        for (int length = begin; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            open(Long.MAX_VALUE).close();
            assertThat(hex()).as("cut at %s", length).isEqualTo(VERSION + STEP_7);
        }
        for (int i = begin; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file(), damaged);
            open(Long.MAX_VALUE).close();
            assertThat(hex()).as("damaged at %s", i).isEqualTo(VERSION + STEP_7);
        }
    }

    @Test
    void holds_pictures_as_png() throws IOException {
        BufferedImage picture = new BufferedImage(5, 3, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(4, 2, 0x123456);
        try (EventWriter events = open(-1)) {
            events.image("samples", 1, picture);
        }
        String bytes = Files.readString(file(), StandardCharsets.ISO_8859_1);
        // height 3, width 5, colour space 3 (RGB), then the bytes of the file
        int sizes = bytes.indexOf("\b\3\20\5\30\3\"");
        int png = bytes.indexOf("\u0089PNG");
        assertThat(sizes).isPositive().isLessThan(png);
        BufferedImage read =
                ImageIO.read(new ByteArrayInputStream(bytes.substring(png).getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(read.getRGB(4, 2)).isEqualTo(0xff123456);
    }

    @Test
    void is_refused_where_it_cannot_be_written() throws IOException {
        Path notFolder = Files.writeString(folder.resolve("file"), "", StandardOpenOption.CREATE_NEW);
        assertThatThrownBy(() -> EventWriter.open(notFolder, -1))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(notFolder.resolve("events.out.tfevents.0.diffusion4j") + ": cannot be written: " + notFolder
                        + " is not a folder");
    }

    @Test
    void goes_on_behind_an_event_that_ends_within_its_step() throws IOException {
        byte[] event = HexFormat.of().parseHex("09000000000000f83f10ff"); // a varint without an end
        Files.write(
                file(),
                Originals.withEventChecksums(ByteBuffer.allocate(12 + event.length + 4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(event.length)
                        .putInt(0)
                        .put(event)
                        .putInt(0)
                        .array()));
        EventWriter.open(folder, Long.MAX_VALUE).close();
        EventWriter.open(folder, -1).close();
    }

    private String written() throws IOException {
        try (EventWriter events = open(-1)) {
            events.scalar("loss/train", 7, 0.25);
            events.scalar("s", 1_000_000, -1);
        }
        return hex();
    }

    private EventWriter open(long lastStep) {
        return EventWriter.open(folder, lastStep, AT_1_5_SECONDS);
    }

    private Path file() {
        return folder.resolve("events.out.tfevents.0.diffusion4j");
    }

    private String hex() throws IOException {
        return HexFormat.of().formatHex(Files.readAllBytes(file()));
    }
}
