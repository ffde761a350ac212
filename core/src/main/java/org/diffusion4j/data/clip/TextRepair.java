package org.diffusion4j.data.clip;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Repairs texts from the web: see {@link TextCleaning#OPENAI}. */
final class TextRepair {

    private static final Charset WINDOWS = Charset.forName("windows-1252");
    private static final Pattern TERMINAL = Pattern.compile("\u001b\\[((?:\\d|;)*)([a-zA-Z])");
    private static final Pattern CONTROLS =
            Pattern.compile("[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]");
    private static final Pattern WIDE = Pattern.compile("[\u3000\uff01-\uffef]+");
    private static final Pattern LIGATURES =
            Pattern.compile("[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]");
    private static final Pattern SINGLE_QUOTES = Pattern.compile("[\u02bc\u2018-\u201b]");
    private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\u201c-\u201f]");

    private TextRepair() {}

    static String apply(String text) {
        // a text with tags is a page, whose entities are meant
        String repaired = withRightTable(text.contains("<") ? text : HtmlEntities.unescape(text));
        repaired = compatible(LIGATURES, repaired);
        repaired = compatible(WIDE, repaired);
        repaired = SINGLE_QUOTES.matcher(repaired).replaceAll("'");
        repaired = DOUBLE_QUOTES.matcher(repaired).replaceAll("\"");
        repaired = TERMINAL.matcher(repaired).replaceAll("");
        repaired = CONTROLS.matcher(repaired).replaceAll("");
        return Normalizer.normalize(repaired, Normalizer.Form.NFC);
    }

    private static String compatible(Pattern characters, String text) {
        return characters.matcher(text).replaceAll(found -> Normalizer.normalize(found.group(), Normalizer.Form.NFKC));
    }

    /** What was UTF-8 and read as Windows-1252, as UTF-8; then controls of the upper half as Windows-1252 has them. */
    private static String withRightTable(String text) {
        byte[] bytes = new byte[text.length()];
        boolean single = true;
        for (int i = 0; i < bytes.length && single; i++) {
            Byte b = windowsByte(text.charAt(i));
            single = b != null;
            bytes[i] = b == null ? 0 : b;
        }
        if (single) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                return withoutUpperControls(text); // it was read by the right table
            }
        }
        return withoutUpperControls(text);
    }

    private static String withoutUpperControls(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String read = c >= 0x80 && c <= 0x9f ? new String(new byte[] {(byte) c}, WINDOWS) : String.valueOf(c);
            out.append(read.equals("\ufffd") && c != 0xfffd ? String.valueOf(c) : read);
        }
        return out.toString();
    }

    /** The byte of a character, Latin-1's where Windows-1252 has a gap; null where there is none. */
    private static @Nullable Byte windowsByte(char c) {
        byte[] encoded = String.valueOf(c).getBytes(WINDOWS);
        boolean known = WINDOWS.newEncoder().canEncode(c);
        if (known) {
            return encoded[0];
        }
        return c <= 0xff ? (byte) c : null;
    }
}
