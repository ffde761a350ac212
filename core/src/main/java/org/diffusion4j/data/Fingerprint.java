package org.diffusion4j.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.diffusion4j.engine.Sha256;

/** SHA-256 of a data set: shape, then each image's label (-1 for none) and pixels; integers are big-endian. */
final class Fingerprint {

    private Fingerprint() {}

    static String of(ImageDataset data) {
        MessageDigest sha256 = Sha256.digest();
        ByteBuffer record = ByteBuffer.allocate(Math.max(4 * Integer.BYTES, Integer.BYTES + data.imageBytes()));
        record.putInt(data.size()).putInt(data.channels()).putInt(data.height()).putInt(data.width());
        sha256.update(record.flip());
        for (int i = 0; i < data.size(); i++) {
            record.clear().putInt(data.labelled() ? data.label(i) : -1);
            data.copy(i, record);
            sha256.update(record.flip());
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
