package org.diffusion4j.torture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Changes a file as damage, a fault in a program or an attacker would. The same random numbers make the same change. */
final class Mutation {

    private static final int LONGEST = 1 << 18;

    /** Numbers at the borders of what formats and programs count with. */
    private static final long[] BORDERS = {
        0,
        1,
        -1,
        2,
        7,
        8,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        1 << 20,
        1 << 26,
        1 << 30,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE / 4 + 1
    };

    /** What a text may have in place of another word. */
    private static final List<String> WORDS = List.of(
            "0",
            "-1",
            "1e999",
            "1e-400",
            "0.5",
            "9223372036854775807",
            "99999999999999999999",
            "1000000000",
            "NaN",
            "null",
            "true",
            "{}",
            "[]",
            "\"\"",
            "[1,2]",
            "{\"a\":1}",
            "\"\\n\\u001b[2J\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "%s%n",
            "é",
            "../x");

    private final SplittableRandom random;
    private byte[] bytes;

    private Mutation(byte[] bytes, SplittableRandom random) {
        this.bytes = bytes.clone();
        this.random = random;
    }

    /**
     * A changed copy, mostly by one change, sometimes by several.
     *
     * @param other of which pieces may be taken
     */
    static byte[] of(byte[] original, byte[] other, SplittableRandom random) {
        Mutation mutation = new Mutation(original, random);
        do {
            mutation.change(other);
        } while (random.nextInt(3) == 0);
        return mutation.bytes.length > LONGEST ? Arrays.copyOf(mutation.bytes, LONGEST) : mutation.bytes;
    }

    private void change(byte[] other) {
        int at = random.nextInt(bytes.length + 1);
        int length = length(bytes.length - at);
        switch (random.nextInt(10)) {
            case 0 -> flipBit();
            case 1 -> replace(at, Math.min(1, bytes.length - at), new byte[] {(byte) random.nextInt(256)});
            case 2 -> putNumber();
            case 3 -> replace(at, bytes.length - at, new byte[0]); // cut short
            case 4 -> replace(at, length, new byte[0]);
            case 5 -> replace(at, 0, repeated(Arrays.copyOfRange(bytes, at, at + length), 1 + random.nextInt(3)));
            case 6 ->
                replace(
                        at,
                        0,
                        repeated(Arrays.copyOfRange(bytes, at, at + Math.min(4, length)), 1 << random.nextInt(14)));
            case 7 -> splice(at, length, other);
            case 8 -> replaceWord();
            default -> swap(at, length);
        }
    }

    private int length(int most) {
        return most == 0 ? 0 : 1 + random.nextInt(random.nextBoolean() ? Math.min(most, 8) : most);
    }

    private void flipBit() {
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    private void putNumber() {
        long number = BORDERS[random.nextInt(BORDERS.length)] + random.nextInt(3) - 1;
        ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(order);
        int size = 1 << random.nextInt(4);
        if (bytes.length >= size) {
            int at = random.nextInt(bytes.length - size + 1);
            switch (size) {
                case 1 -> buffer.put(at, (byte) number);
                case 2 -> buffer.putShort(at, (short) number);
                case 4 -> buffer.putInt(at, (int) number);
                default -> buffer.putLong(at, number);
            }
        }
    }

    private void splice(int at, int length, byte[] other) {
        int from = random.nextInt(other.length + 1);
        replace(at, length, Arrays.copyOfRange(other, from, from + length(other.length - from)));
    }

    /** Exchanges two neighbouring pieces. */
    private void swap(int at, int length) {
        int half = length / 2;
        byte[] piece = Arrays.copyOfRange(bytes, at, at + length);
        System.arraycopy(piece, half, bytes, at, length - half);
        System.arraycopy(piece, 0, bytes, at + length - half, half);
    }

    /** Replaces a number or word of a text. */
    private void replaceWord() {
        int at = random.nextInt(bytes.length + 1);
        int begin = at;
        int end = at;
        while (begin > 0 && isWord(bytes[begin - 1])) {
            begin--;
        }
        while (end < bytes.length && isWord(bytes[end])) {
            end++;
        }
        replace(begin, end - begin, WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isWord(byte b) {
        return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '.' || b == '-' || b == '"';
    }

    private void replace(int at, int length, byte[] by) {
        byte[] changed = new byte[bytes.length - length + by.length];
        System.arraycopy(bytes, 0, changed, 0, at);
        System.arraycopy(by, 0, changed, at, by.length);
        System.arraycopy(bytes, at + length, changed, at + by.length, bytes.length - at - length);
        bytes = changed;
    }

    private static byte[] repeated(byte[] piece, int times) {
        byte[] all = new byte[piece.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(piece, 0, all, i * piece.length, piece.length);
        }
        return all;
    }
}
