package org.diffusion4j.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A CSV file of series")
class SeriesCsvTest {

    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("table.csv"), text);
    }

    private SeriesTable read(String text) throws IOException {
        return new SeriesCsv().read(file(text));
    }

    @Test
    void may_have_a_column_for_each_series_in_any_order_of_time() throws IOException {
        SeriesTable table = read("\uFEFFtime;a;b\n2020-01-03;3;\n2020-01-01;1;-1e-3\n2020-01-02;NaN;.5\n");

        assertThat(table.names()).containsExactly("a", "b");
        assertThat(table.frequency()).isEqualTo(Frequency.parse("D"));
        assertThat(table.time(3)).isEqualTo(LocalDateTime.of(2020, 1, 4, 0, 0));
        assertThat(Arrays.deepToString(table.values(0, 3))).isEqualTo(Arrays.deepToString(new double[][] {
            {1, -0.001}, {Double.NaN, 0.5}, {3, Double.NaN}
        }));
    }

    @Test
    void may_have_a_row_for_each_value() throws IOException {
        SeriesTable table = read("time,series,value\n2020-01-31,x,1\n2020-01-31,y,2\n2020-02-29,y,4\n2020-03-31,x,5\n");

        assertThat(table.names()).containsExactly("x", "y");
        assertThat(table.frequency()).isEqualTo(Frequency.parse("M"));
        assertThat(Arrays.deepToString(table.values(0, 3))).isEqualTo(Arrays.deepToString(new double[][] {
            {1, 2}, {Double.NaN, 4}, {5, Double.NaN}
        }));
    }

    @Test
    void may_be_compressed_and_without_header_and_times() throws IOException {
        Path file = folder.resolve("rates.txt.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("1,2\n3,4\n".getBytes(StandardCharsets.UTF_8));
        }
        SeriesTable table = new SeriesCsv(Frequency.parse("B"), LocalDateTime.of(2020, 1, 3, 0, 0)).read(file);

        assertThat(table.names()).containsExactly("1", "2");
        assertThat(table.time(1)).isEqualTo(LocalDateTime.of(2020, 1, 6, 0, 0));
        assertThatThrownBy(() -> new SeriesCsv().read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageEndingWith(
                        "rates.txt.gz: its first row has numbers only, so there is neither header nor time;"
                                + " give the time of the first row and the frequency (--start 1990-01-01 --freq D)");
    }

    @ParameterizedTest
    @CsvSource({
        "B, 2020-01-02, 2020-01-03, 2020-01-06, 2020-01-07",
        "W, 2020-01-05, 2020-01-12, 2020-01-19, 2020-01-26",
        "D, 2020-01-03, 2020-01-04, 2020-01-05, 2020-01-06",
        "H, 2020-01-03 22:00, 2020-01-03 23:00, 2020-01-04 00:00, 2020-01-04 01:00",
        "15T, 2020-01-03 23:30, 2020-01-03 23:45, 2020-01-04T00:00:00, 2020/01/04 00:15",
        "M, 2020-01, 2020-02, 2020-03, 2020-04",
        "Q, 2019-12-31, 2020-03-31, 2020-06-30, 2020-09-30",
        "H, 2020-01-03T22:00Z, 2020-01-04T00:00+01:00, 2020-01-04T00:00Z, 2020-01-04T01:00Z"
    })
    void has_the_frequency_of_its_times(String frequency, String a, String b, String c, String d) throws IOException {
        SeriesTable table = read("t,x\n" + String.join(",1\n", a, b, c, d) + ",1\n");

        assertThat(table.frequency()).hasToString(frequency);
        assertThat(table.rows()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "t,x;2020-01-01,1,2|, line 2: has 3 cells, the first row has 2; every row needs a cell for each column, empty where a value is missing",
                "t,x;2020-01-01,one|, line 2, column x: 'one' is not a number; leave the cell empty where a value is missing",
                "t,x;2020-01-01,1e999|, line 2, column x: '1e999' is larger than any number here",
                "t,x;yesterday,1|, line 2: 'yesterday' is not a time such as 2020-01-31 or 2020-01-31 23:59",
                "t,x;2020-01-01,1;2020-01-01,2|, line 3: the time 2020-01-01 is there already, in line 2; a time may have one row only",
                "t,s,v;2020-01-01,a,1;2020-01-01,a,2|, line 3: series 'a' has a value at 2020-01-01 already, in line 2",
                "t,x,x;2020-01-01,1,1|: two series are named 'x'; every column needs a name of its own",
                "t,x,;2020-01-01,1,1|: a series has no name; every column needs a name of its own",
                "t,x;2020-01-01,1;2020-01-02,1|: has 2 times, too few to recognise the frequency by; give it (--freq D)",
                "t,x;2020-01-01,1;2020-01-02,1;2020-01-03,1;2020-01-05,1|: after 2020-01-03 (line 4) a row is due at 2020-01-04 by the frequency D, but 2020-01-05 (line 5) follows; add the absent rows with empty cells, or give another frequency (--freq)",
                "t,x;2020-01-01,1;2021-05-02,1;2021-05-13,1;2022-01-01,1|: its times do not follow each other by a frequency that is known; give it (--freq D)",
                "t,x|: needs a header, a column of times and at least one series, and a row for each time"
            })
    void is_refused_in_one_line_where_it_is_wrong(String text, String message) throws IOException {
        Path file = file(text.replace(';', '\n') + "\n");

        assertThatThrownBy(() -> new SeriesCsv().read(file))
                .isInstanceOf(FormatException.class)
                .hasMessage(file + message);
    }

    @Test
    void that_is_empty_or_absent_is_refused() throws IOException {
        Path empty = file("");
        assertThatThrownBy(() -> new SeriesCsv().read(empty))
                .hasMessage(empty + ": is empty; it needs a header and a row for each time");
        Path absent = folder.resolve("absent.csv");
        assertThatThrownBy(() -> new SeriesCsv().read(absent))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(absent + ": cannot be read: there is no such file or folder");
    }

    @Test
    void has_names_of_frequencies_of_which_others_are_refused() {
        assertThat(List.of("D", "2H", "15min", "W-SUN", "MS"))
                .extracting(text -> Frequency.parse(text).toString())
                .containsExactly("D", "2H", "15T", "W", "M");
        assertThatThrownBy(() -> Frequency.parse("fortnight"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no frequency 'fortnight'; known are: A, B, D");
    }

    @Test
    void has_a_fingerprint_of_all_that_is_in_it() throws IOException {
        String text = "t,x\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n";
        String whole = read(text).fingerprint();

        assertThat(read(text).fingerprint()).isEqualTo(whole);
        assertThat(read(text.replace(",2\n", ",2.5\n")).fingerprint()).isNotEqualTo(whole);
        assertThat(read(text.replace("t,x", "t,y")).fingerprint()).isNotEqualTo(whole);
        assertThat(read(text).first(2).fingerprint()).isNotEqualTo(whole);
    }
}
