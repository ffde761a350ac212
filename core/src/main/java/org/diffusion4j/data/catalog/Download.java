package org.diffusion4j.data.catalog;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Fetches published data sets: over HTTPS only, each file checked against a pinned SHA-256 before it gets its name, and going on where
 * an earlier attempt was cut off. Nothing is fetched unless this is called, and nothing else in the library touches the network.
 */
public final class Download {

    /** Sees a download go on; called often, by the thread that downloads. */
    @FunctionalInterface
    public interface Progress {

        /**
         * So much of a file is here.
         *
         * @param file where it will lie
         * @param done bytes here, those of an earlier attempt included
         * @param total bytes in all
         */
        void at(Path file, long done, long total);
    }

    private static final int BLOCK = 1 << 16;
    private static final Duration STALL = Duration.ofSeconds(30);

    private final Progress progress;
    private final String scheme;
    private final Duration stall;
    private final HttpClient client = HttpClient.newBuilder()
            .proxy(ProxySelector.getDefault())
            .followRedirects(HttpClient.Redirect.NORMAL) // never from https to http
            .connectTimeout(Duration.ofSeconds(30))
            .build();

    /** A downloader that tells {@code progress} what it does. */
    public Download(Progress progress) {
        this(progress, "https", STALL);
    }

    /**
     * For tests, whose server on this machine speaks plain http.
     *
     * @param stall how long no byte may come
     */
    Download(Progress progress, String scheme, Duration stall) {
        this.progress = progress;
        this.scheme = scheme;
        this.stall = stall;
    }

    /**
     * Brings a data set to the folder of its name below {@code home}; files that are there and right are not fetched again.
     *
     * @param home as {@link DataHome#folder()}
     * @return that folder
     * @throws DiffusionException if the server cannot be reached, sends something else or nothing for half a minute, or the folder cannot be written; what came
     *     stays for the next attempt unless it is wrong
     * @throws CancellationException if the thread is interrupted
     */
    public Path fetch(PublishedDataset set, Path home) {
        Path folder = home.resolve(set.id());
        for (RemoteFile remote : set.files()) {
            fetch(remote, folder);
        }
        return folder;
    }

    void fetch(RemoteFile remote, Path folder) {
        Path file = folder.resolve(remote.fileName());
        Path part = folder.resolve(remote.fileName() + ".part");
        try {
            Files.createDirectories(folder);
            if (isThere(remote, file)) {
                return;
            }
            receive(remote, part, file);
            verify(remote, part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            if (!remote.unpacked().isEmpty()) {
                TarGz.extract(file, folder, remote.unpacked());
                Files.delete(file);
            }
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException(remote.url() + ": the download was interrupted");
            }
            String reason = e instanceof ConnectException ? "the server cannot be reached" : FileTrouble.reason(e);
            throw new DiffusionException(
                    remote.url() + ": the download to " + folder + " failed (" + reason
                            + "); try again, it goes on where it stopped",
                    e);
        }
    }

    private static boolean isThere(RemoteFile remote, Path file) throws IOException {
        if (!remote.unpacked().isEmpty()) {
            return remote.unpacked().stream().allMatch(name -> Files.exists(file.resolveSibling(name)));
        }
        if (!Files.exists(file)) {
            return false;
        }
        if (!Sha256.of(file).equals(remote.sha256())) {
            throw new DiffusionException(file
                    + ": is there already, but is not the published file; use it by naming its folder, or delete it");
        }
        return true;
    }

    /** Appends to {@code part} what is missing. */
    private void receive(RemoteFile remote, Path part, Path file) throws IOException {
        long done = Files.exists(part) ? Files.size(part) : 0;
        if (done >= remote.bytes()) {
            return;
        }
        HttpResponse<InputStream> response = request(remote, done);
        boolean resumes = response.statusCode() == 206
                && response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + done + "-");
        try (InputStream in = response.body()) {
            if (!resumes && response.statusCode() != 200) {
                throw new IOException("the server answers with status " + response.statusCode());
            }
            append(in, resumes ? done : 0, part, remote.bytes(), file);
        }
    }

    private HttpResponse<InputStream> request(RemoteFile remote, long from) throws IOException {
        URI uri = URI.create(remote.url());
        require(scheme.equals(uri.getScheme()), "%s: refused, data are downloaded over %s only", uri, scheme);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofMinutes(1));
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private void append(InputStream in, long done, Path part, long total, Path file) throws IOException {
        StandardOpenOption how = done == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND;
        try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
            byte[] block = new byte[BLOCK];
            for (int n = read(in, block); n >= 0 && done < total; n = read(in, block)) {
                int wanted = (int) Math.min(n, total - done);
                out.write(block, 0, wanted);
                done += wanted;
                progress.at(file, done, total);
            }
        }
        if (done < total) {
            throw new IOException("the connection ended after " + done + " of " + total + " bytes");
        }
    }

    /** Reads what has come; closing the stream is what ends a read that waits for ever. */
    private int read(InputStream in, byte[] block) throws IOException {
        CompletableFuture<@Nullable Void> alarm = new CompletableFuture<>();
        var unused = alarm.orTimeout(stall.toMillis(), TimeUnit.MILLISECONDS).whenComplete((nothing, late) -> {
            if (late != null) {
                close(in);
            }
        });
        try {
            int n = in.read(block);
            if (alarm.complete(null)) { // in time
                return n;
            }
        } catch (IOException e) {
            if (alarm.complete(null)) {
                throw e;
            }
        }
        throw new IOException("no byte came for " + stall.toSeconds() + " seconds");
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            // whoever reads will see it
        }
    }

    private static void verify(RemoteFile remote, Path part) throws IOException {
        String found = Sha256.of(part);
        if (!found.equals(remote.sha256())) {
            Files.delete(part);
            throw new DiffusionException(
                    remote.url() + ": what came has the SHA-256 " + found + ", expected " + remote.sha256()
                            + "; it was thrown away, and if a second attempt ends so the published file has changed");
        }
    }
}
