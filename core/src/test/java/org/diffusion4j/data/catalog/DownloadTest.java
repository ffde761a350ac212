package org.diffusion4j.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.diffusion4j.data.SplitMix;
import org.diffusion4j.engine.DiffusionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server in this process; the publishers' own servers are not asked. */
@DisplayName("a download")
class DownloadTest {

    private static final byte[] CONTENT = content();

    @TempDir
    Path folder;

    private final List<String> ranges = new ArrayList<>();
    private final List<Long> progress = new ArrayList<>();
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private HttpServer server;
    private int status = 200;
    private byte[] served = CONTENT;
    private int bytesBeforeTheLineBreaks = Integer.MAX_VALUE;
    private boolean knowsRanges = true;
    private boolean stalls;
    private Duration stall = Duration.ofMinutes(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/file.gz", this::serve);
        server.setExecutor(pool); // so that one answer may stall
        server.start();
    }

    @AfterEach
    void stopServer() {
        released.countDown();
        server.stop(0);
        pool.shutdownNow();
    }

    @Test
    void gives_the_file_its_name_once_it_is_checked() throws Exception {
        fetch();
        assertThat(file()).hasBinaryContent(CONTENT);
        assertThat(part()).doesNotExist();
        assertThat(progress).isSorted().endsWith((long) CONTENT.length);
    }

    @Test
    void is_not_repeated() throws Exception {
        fetch();
        server.stop(0);
        fetch();
        assertThat(file()).hasBinaryContent(CONTENT);
    }

    @Test
    void goes_on_where_it_was_cut_off() throws Exception {
        bytesBeforeTheLineBreaks = 150_000;
        assertThatThrownBy(this::fetch)
                .isInstanceOf(DiffusionException.class)
                .hasMessageStartingWith(url() + ": the download to " + folder + " failed (")
                .hasMessageEndingWith("); try again, it goes on where it stopped");
        long kept = Files.size(part());
        assertThat(kept).isPositive();
        bytesBeforeTheLineBreaks = Integer.MAX_VALUE;
        fetch();
        assertThat(ranges).containsExactly("none", "bytes=" + kept + "-");
        assertThat(file()).hasBinaryContent(CONTENT);
    }

    @Test
    void into_which_nothing_comes_ends_and_goes_on_later() throws Exception {
        bytesBeforeTheLineBreaks = 150_000;
        stalls = true;
        stall = Duration.ofSeconds(1);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(DiffusionException.class)
                .hasMessage(url() + ": the download to " + folder
                        + " failed (no byte came for 1 seconds); try again, it goes on where it stopped");
        released.countDown();
        assertThat(Files.size(part())).isEqualTo(150_000);
        bytesBeforeTheLineBreaks = Integer.MAX_VALUE;
        fetch();
        assertThat(ranges).containsExactly("none", "bytes=150000-");
        assertThat(file()).hasBinaryContent(CONTENT);
    }

    @Test
    void begins_anew_where_the_server_knows_no_ranges() throws Exception {
        Files.write(part(), new byte[1000]);
        knowsRanges = false;
        fetch();
        assertThat(file()).hasBinaryContent(CONTENT);
    }

    @Test
    void of_something_else_is_thrown_away() throws Exception {
        served = CONTENT.clone();
        served[7]++;
        assertThatThrownBy(this::fetch)
                .isInstanceOf(DiffusionException.class)
                .hasMessage(url() + ": what came has the SHA-256 " + sha256(served) + ", expected " + sha256(CONTENT)
                        + "; it was thrown away, and if a second attempt ends so the published file has changed");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void does_not_replace_a_file_that_is_there() throws Exception {
        Files.write(file(), new byte[3]);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(DiffusionException.class)
                .hasMessage(
                        file()
                                + ": is there already, but is not the published file; use it by naming its folder, or delete it");
        assertThat(file()).hasSize(3);
    }

    @Test
    void over_plain_http_is_refused() {
        RemoteFile plain = new RemoteFile("http://localhost/file.gz", 1, "");
        assertThatThrownBy(() -> new Download((file, done, total) -> {}).fetch(plain, folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("http://localhost/file.gz: refused, data are downloaded over https only");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void that_is_not_found_says_so() {
        status = 404;
        assertThatThrownBy(this::fetch)
                .hasMessage(url() + ": the download to " + folder
                        + " failed (the server answers with status 404); try again, it goes on where it stopped");
    }

    @Test
    void from_a_server_that_is_down_says_so() {
        server.stop(0);
        assertThatThrownBy(this::fetch)
                .hasMessage(url() + ": the download to " + folder
                        + " failed (the server cannot be reached); try again, it goes on where it stopped");
    }

    @Test
    void that_is_interrupted_is_cancelled() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(this::fetch).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void of_an_archive_leaves_the_files_in_it_and_nothing_else() throws Exception {
        served = tarGz("cifar/../../a.bin", "first", "cifar/other.txt", "x", "b.bin", "second");
        RemoteFile archive = new RemoteFile(url(), served.length, sha256(served), List.of("a.bin", "b.bin"));
        download().fetch(archive, folder);
        assertThat(folder.resolve("a.bin")).hasContent("first");
        assertThat(folder.resolve("b.bin")).hasContent("second");
        assertThat(folder).isDirectoryNotContaining("glob:**{.gz,.part,other.txt}");
        server.stop(0);
        download().fetch(archive, folder);
    }

    @Test
    void of_what_is_published_is_pinned_and_over_https() {
        assertThat(PublishedDataset.values())
                .allSatisfy(set -> assertThat(set.files()).allSatisfy(file -> {
                    assertThat(file.url()).startsWith("https://");
                    assertThat(file.sha256()).matches("[0-9a-f]{64}");
                }));
    }

    private void fetch() throws Exception {
        download().fetch(new RemoteFile(url(), CONTENT.length, sha256(CONTENT)), folder);
    }

    private Download download() {
        return new Download((file, done, total) -> progress.add(done), "http", stall);
    }

    private String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/file.gz";
    }

    private Path file() {
        return folder.resolve("file.gz");
    }

    private Path part() {
        return folder.resolve("file.gz.part");
    }

    private void serve(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(range == null ? "none" : range);
        int from = range == null || !knowsRanges ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (served.length - 1) + "/" + served.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : status, served.length - from);
        int end = (int) Math.min(served.length, (long) from + bytesBeforeTheLineBreaks);
        exchange.getResponseBody().write(served, from, end - from);
        exchange.getResponseBody().flush();
        if (stalls) {
            stalls = false;
            awaitRelease();
        }
        exchange.close();
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] content() {
        byte[] content = new byte[300_000];
        SplitMix random = new SplitMix(1);
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) random.next();
        }
        return content;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** A gzipped tar of name, content, name, content, … */
    private static byte[] tarGz(String... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < entries.length; i += 2) {
                byte[] content = entries[i + 1].getBytes(StandardCharsets.US_ASCII);
                byte[] header = new byte[512];
                byte[] name = entries[i].getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(name, 0, header, 0, name.length);
                byte[] size = String.format("%011o", content.length).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(size, 0, header, 124, size.length);
                out.write(header);
                out.write(Arrays.copyOf(content, 512));
            }
            out.write(new byte[1024]);
        }
        return bytes.toByteArray();
    }
}
