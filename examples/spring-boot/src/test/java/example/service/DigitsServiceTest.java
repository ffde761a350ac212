package example.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.Pointer;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

@DisplayName("A Spring Boot service that draws")
@Timeout(300)
class DigitsServiceTest {

    private static final int CLIENTS = 8;
    private static final int WORKERS = 2;
    private static final String LONG = "/digits?steps=1000&count=16";
    private static final long ROOM = 64L << 20;
    private static final Pattern PICTURE = Pattern.compile("event:picture\\ndata:(\\S+)");

    private static final ConfigurableApplicationContext SERVICE = start();
    private static final int PORT = SERVICE.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    private static final DrawingQueue QUEUE = SERVICE.getBean(DrawingQueue.class);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static ConfigurableApplicationContext start() {
        return SpringApplication.run(
                DigitsService.class, "--server.port=0", "--digits.workers=" + WORKERS, "--digits.waiting=" + CLIENTS);
    }

    @BeforeAll
    static void warm_up() {
        eightAtOnce();
    }

    @AfterAll
    static void close() {
        SERVICE.close();
    }

    private static List<HttpResponse<String>> eightAtOnce() {
        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, CLIENTS)
                .mapToObj(seed -> HTTP.sendAsync(
                        request("/digits?steps=2&count=3&seed=" + seed), HttpResponse.BodyHandlers.ofString()))
                .toList();
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + PORT + path))
                .build();
    }

    @Test
    void gives_eight_clients_at_once_the_pictures_of_their_seeds() throws IOException {
        DiffusionModel model = SERVICE.getBean(DiffusionModel.class);
        List<HttpResponse<String>> answers = eightAtOnce();

        for (int seed = 0; seed < CLIENTS; seed++) {
            String events = answers.get(seed).body();
            assertThat(events).contains("event:step\ndata:1/2", "event:step\ndata:2/2");
            BufferedImage expected =
                    ImageGrid.of(model.draw(Draw.of(3).withSeed(seed).with(SampleSettings.ddim(2))), 8, 2);
            assertThat(largestDifference(picture(events), expected)).isLessThanOrEqualTo(1);
        }
    }

    private static BufferedImage picture(String events) throws IOException {
        String base64 =
                PICTURE.matcher(events).results().findFirst().orElseThrow().group(1);
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
    }

    private static int largestDifference(BufferedImage found, BufferedImage expected) {
        int[] a = found.getRaster().getPixels(0, 0, found.getWidth(), found.getHeight(), (int[]) null);
        int[] b = expected.getRaster().getPixels(0, 0, expected.getWidth(), expected.getHeight(), (int[]) null);
        assertThat(a).hasSameSizeAs(b);
        return IntStream.range(0, a.length)
                .map(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElseThrow();
    }

    @Test
    void needs_no_more_memory_the_more_it_has_drawn() {
        long before = Pointer.physicalBytes();
        for (int i = 0; i < 4; i++) {
            eightAtOnce();
        }
        assertThat(Pointer.physicalBytes() - before).isLessThan(ROOM);
    }

    @Test
    void stops_drawing_for_a_client_that_has_gone() throws Exception {
        try (Socket client = connect(LONG)) {
            awaitFirstStep(client);
            assertThat(QUEUE.drawing()).isEqualTo(1);
        }
        awaitIdle(); // it would draw for minutes
    }

    /** An answer that is read only as far as the test wishes. */
    private static Socket connect(String path) throws IOException {
        Socket client = new Socket("localhost", PORT);
        client.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    private static void awaitFirstStep(Socket client) throws IOException {
        BufferedReader events =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        for (String line = events.readLine(); !"event:step".equals(line); line = events.readLine()) {
            assertThat(line).isNotNull();
        }
    }

    private static void awaitIdle() throws InterruptedException {
        while (QUEUE.drawing() > 0 || QUEUE.waiting() > 0) {
            Thread.sleep(10);
        }
    }

    @Test
    void refuses_who_comes_when_too_many_wait_and_serves_again_when_they_have_gone() throws Exception {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < WORKERS + CLIENTS; i++) {
                clients.add(connect(LONG));
                while (QUEUE.drawing() < Math.min(WORKERS, i + 1) || QUEUE.waiting() < i + 1 - WORKERS) {
                    Thread.sleep(10); // else the last come while a worker has not yet taken the first
                }
            }
            HttpResponse<String> refused = HTTP.send(request("/digits"), HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).isEqualTo("too many drawings wait; try again later");
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
        awaitIdle();
        assertThat(eightAtOnce()).allMatch(answer -> answer.statusCode() == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"count=65 | count must lie between 1 and 64, was 65", "steps=0 | steps must be"})
    void refuses_before_it_draws(String example) throws Exception {
        String[] parts = example.split(" \\| ");
        HttpResponse<String> refused = HTTP.send(request("/digits?" + parts[0]), HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).startsWith(parts[1]);
    }

    @Test
    void cancels_what_is_drawn_and_closes_the_model_at_shutdown() throws Exception {
        ConfigurableApplicationContext second = start();
        DiffusionModel model = second.getBean(DiffusionModel.class);
        DrawingQueue queue = second.getBean(DrawingQueue.class);
        CompletableFuture<Integer> drawing = new CompletableFuture<>();
        CompletableFuture<List<BufferedImage>> pictures = queue.draw(
                Draw.of(16).with(SampleSettings.ddim(1000)),
                new Cancellation(),
                (first, step) -> drawing.complete(step.index()));
        drawing.join();

        second.close();

        assertThat(pictures).isCompletedExceptionally();
        assertThatThrownBy(() -> model.draw(Draw.of(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the model is closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../docs/spring-boot.md", "../../docs/spring-boot.zh.md"})
    void stands_on_the_page_word_for_word(String page) throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("src/main/java/example/service"))) {
            for (Path file : files.sorted().toList()) {
                sources.append(withoutIndent(Files.readString(file)));
            }
        }
        assertThat(Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(Path.of(page)))
                        .results()
                        .map(block -> withoutIndent(block.group(1))))
                .hasSize(4)
                .allSatisfy(block -> assertThat(sources.toString()).contains(block));
    }

    private static String withoutIndent(String text) {
        return text.replaceAll("(?m)^ +", "");
    }
}
