package example.service;

import org.diffusion4j.Diffusion;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ShippedModel;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A web service that draws handwritten digits. */
@SpringBootApplication
public class DigitsService {

    /** Starts it; {@code --server.port}, {@code --digits.workers} and {@code --digits.waiting} change what stands below. */
    public static void main(String[] args) {
        SpringApplication.run(DigitsService.class, args);
    }

    /** Loaded once, shared by all requests; Spring closes it at shutdown, after the queue that uses it. */
    @Bean
    DiffusionModel model() {
        return Diffusion.load(ShippedModel.MNIST);
    }

    /** Draws at most so many requests at once, which bounds the memory; others wait, but no more than so many. */
    @Bean
    DrawingQueue queue(
            DiffusionModel model,
            @Value("${digits.workers:2}") int workers,
            @Value("${digits.waiting:16}") int waiting) {
        return new DrawingQueue(model, workers, waiting);
    }
}
