package org.diffusion4j.data.catalog;

import java.util.List;

/**
 * A file to download.
 *
 * @param bytes its length
 * @param sha256 its SHA-256 in lower-case hexadecimal
 * @param unpacked the files that are taken out of it if it is a tar archive, else none
 */
record RemoteFile(String url, long bytes, String sha256, List<String> unpacked) {

    RemoteFile(String url, long bytes, String sha256) {
        this(url, bytes, sha256, List.of());
    }

    String fileName() {
        return url.substring(url.lastIndexOf('/') + 1);
    }
}
