package org.diffusion4j.image;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures of samples on their way, so many of each and evenly spaced. Where it is not known how many steps there will be, more are kept
 * and every second is dropped whenever they are twice as many; the last stays.
 */
final class Looks {

    private final int most;
    private final List<Way> ways = new ArrayList<>();

    /** One sample's. */
    private static final class Way {

        private final List<BufferedImage> seen = new ArrayList<>();
        private int every = 1;
        private boolean lastIsExtra; // kept only as long as it is the last
    }

    /** At most so many of each sample. */
    Looks(int most) {
        this.most = most;
    }

    /** Keeps a look at the samples from {@code first} on. */
    void keep(int first, List<BufferedImage> pictures) {
        for (int i = 0; i < pictures.size(); i++) {
            way(first + i).seen.add(pictures.get(i));
        }
    }

    /** Keeps a look after step {@code index} of a way of unknown length. */
    void keepThinned(int first, int index, List<BufferedImage> pictures) {
        for (int i = 0; i < pictures.size(); i++) {
            Way way = way(first + i);
            if (way.lastIsExtra) {
                way.seen.remove(way.seen.size() - 1);
            }
            if (way.seen.size() == 2 * most) {
                for (int k = way.seen.size() - 1; k > 0; k -= 2) {
                    way.seen.remove(k);
                }
                way.every *= 2;
            }
            way.lastIsExtra = index % way.every != 0;
            way.seen.add(pictures.get(i));
        }
    }

    private Way way(int sample) {
        while (ways.size() <= sample) {
            ways.add(new Way());
        }
        return ways.get(sample);
    }

    /** The looks at each sample from first to last, as many for all: a way that is shorter shows some twice. */
    List<List<BufferedImage>> ofEqualLength() {
        int longest = ways.stream().mapToInt(way -> way.seen.size()).max().orElse(0);
        int length = Math.min(most, longest);
        return ways.stream().map(way -> spread(way.seen, length)).toList();
    }

    private static List<BufferedImage> spread(List<BufferedImage> seen, int length) {
        List<BufferedImage> spread = new ArrayList<>();
        for (int k = 0; k < length; k++) {
            long at = length == 1 ? seen.size() - 1 : Math.round(k * (seen.size() - 1) / (length - 1.0));
            spread.add(seen.get((int) at));
        }
        return spread;
    }
}
