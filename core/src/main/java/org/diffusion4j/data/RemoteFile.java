package org.diffusion4j.data;

/**
 * A file to download.
 *
 * @param bytes its length
 * @param sha256 its SHA-256 in lower-case hexadecimal
 */
record RemoteFile(String url, long bytes, String sha256) {

    String fileName() {
        return url.substring(url.lastIndexOf('/') + 1);
    }
}
