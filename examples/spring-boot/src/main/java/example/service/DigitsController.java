package example.service;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.image.Draw;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.io.Png;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** {@code GET /digits}: an event {@code step} for each step, by which a client that has gone is noticed, then an event {@code picture}. */
@RestController
final class DigitsController {

    private static final int MOST = 64;
    private static final int COLUMNS = 8;

    private final DrawingQueue queue;

    DigitsController(DrawingQueue queue) {
        this.queue = queue;
    }

    // region: request
    @GetMapping(path = "/digits", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter digits(
            @RequestParam(defaultValue = "1") int count,
            @RequestParam(defaultValue = "20") int steps,
            @RequestParam(defaultValue = "0") long seed) {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("count must lie between 1 and " + MOST + ", was " + count);
        }
        Draw draw = Draw.of(count).withSeed(seed).with(SampleSettings.ddim(steps));
        SseEmitter client = new SseEmitter(0L); // without a limit of time
        Cancellation gone = new Cancellation();
        client.onError(error -> gone.cancel());
        client.onCompletion(gone::cancel);
        queue.draw(draw, gone, (first, step) -> send(client, "step", step.index() + 1 + "/" + steps))
                .whenComplete((pictures, failure) -> answer(client, pictures, failure));
        return client;
    }
    // end

    private static void answer(SseEmitter client, @Nullable List<BufferedImage> pictures, @Nullable Throwable failure) {
        try {
            if (pictures == null) {
                client.completeWithError(failure);
            } else {
                byte[] png = Png.encode(ImageGrid.of(pictures, COLUMNS, 2), Map.of());
                send(client, "picture", Base64.getEncoder().encodeToString(png));
                client.complete();
            }
        } catch (CancellationException e) {
            client.completeWithError(e);
        }
    }

    // region: send
    private static void send(SseEmitter client, String event, String data) {
        try {
            client.send(SseEmitter.event().name(event).data(data));
        } catch (IOException | IllegalStateException e) { // thrown out of a listener, it ends the drawing
            throw (CancellationException) new CancellationException("the client has gone").initCause(e);
        }
    }
    // end

    @ExceptionHandler
    static ResponseEntity<String> refused(IllegalArgumentException e) {
        return text(HttpStatus.BAD_REQUEST, e.getMessage());
    }

    @ExceptionHandler
    static ResponseEntity<String> refused(RejectedExecutionException e) {
        return text(HttpStatus.SERVICE_UNAVAILABLE, "too many drawings wait; try again later");
    }

    private static ResponseEntity<String> text(HttpStatus status, @Nullable String message) {
        return ResponseEntity.status(status).contentType(MediaType.TEXT_PLAIN).body(message);
    }
}
