package org.diffusion4j.data.clip;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTML entities as characters: by number, and by the names of Latin-1 and of the four marks of XML. Others stay. */
final class HtmlEntities {

    private static final Pattern ENTITY = Pattern.compile("&(?:#(\\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\\w{2,8}));");
    private static final int FIRST_OF_LATIN1 = 0xa0;
    private static final Map<String, Integer> NAMES = names();

    private HtmlEntities() {}

    static String unescape(String text) {
        return ENTITY.matcher(text).replaceAll(found -> Matcher.quoteReplacement(character(found)));
    }

    private static String character(MatchResult found) {
        Integer code;
        if (found.group(1) != null) {
            code = Integer.valueOf(found.group(1));
        } else if (found.group(2) != null) {
            code = Integer.valueOf(found.group(2), 16);
        } else {
            code = NAMES.get(found.group(3));
        }
        if (code == null || !Character.isValidCodePoint(code) || (code >= 0xd800 && code <= 0xdfff)) {
            return found.group();
        }
        return Character.toString(code);
    }

    private static Map<String, Integer> names() {
        Map<String, Integer> names = new HashMap<>(
                Map.of("amp", (int) '&', "lt", (int) '<', "gt", (int) '>', "quot", (int) '"', "apos", (int) '\''));
        String latin1 = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr"
                + " deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest"
                + " Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml"
                + " ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig"
                + " agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml"
                + " eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
        int code = FIRST_OF_LATIN1;
        for (String name : latin1.split(" ", -1)) {
            names.put(name, code++);
        }
        return names;
    }
}
