package org.diffusion4j.data.glyphs;

import org.diffusion4j.data.SplitMix;

/** One writer at one moment: how far the pen strays, how the page is bent and turned, which pen, how it is pressed. */
final class Handwriting {

    private static final double STRAY = 3.0;

    private final SplitMix random;
    private final double radius;
    private final double pressure;
    private final double pressurePhase;
    private final double slant;
    private final double width;
    private final double sine;
    private final double cosine;
    private final double[] bend = new double[8];

    Handwriting(SplitMix random) {
        this.random = random;
        radius = 1.15 + 0.28 * random.bell();
        pressure = 0.12 * random.uniform();
        pressurePhase = 6.3 * random.uniform();
        slant = 0.12 + 0.2 * random.bell();
        width = 1.05 + 0.16 * random.bell();
        double turn = 0.08 * random.bell();
        sine = StrictMath.sin(turn);
        cosine = StrictMath.cos(turn);
        for (int i = 0; i < bend.length; i += 4) {
            bend[i] = 4.0 * random.bell();
            bend[i + 1] = 0.04 * random.bell();
            bend[i + 2] = 0.04 * random.bell();
            bend[i + 3] = 6.3 * random.uniform();
        }
    }

    /** How far from the line there may be ink. */
    double reach() {
        return radius * (1 + pressure) + 0.5;
    }

    /** The points of a stroke where this hand puts them; ends stray most, corners stay corners. */
    double[] jitter(int[] points) {
        double[] moved = new double[points.length];
        for (int i = 0; i < points.length; i += 2) {
            boolean corner = i > 0 && points[i] == points[i - 2] && points[i + 1] == points[i - 1];
            boolean end = i == 0 || i == points.length - 2;
            double stray = end ? 1.6 * STRAY : STRAY;
            moved[i] = corner ? moved[i - 2] : points[i] + stray * random.bell();
            moved[i + 1] = corner ? moved[i - 1] : points[i + 1] + stray * random.bell();
        }
        return moved;
    }

    /** Bends a polyline by two slow waves across the page, then widens, slants and turns it, in place. */
    double[] bend(double[] line) {
        for (int i = 0; i < line.length; i += 2) {
            double x = line[i];
            double y = line[i + 1];
            double bentX = x + bend[0] * StrictMath.sin(bend[1] * x + bend[2] * y + bend[3]);
            double bentY = y + bend[4] * StrictMath.sin(bend[5] * x + bend[6] * y + bend[7]);
            double slantedX = width * bentX - slant * bentY;
            line[i] = cosine * slantedX - sine * bentY;
            line[i + 1] = sine * slantedX + cosine * bentY;
        }
        return line;
    }

    /** Draws a polyline, pressing now more, now less. */
    void draw(double[] line, PenRaster page) {
        for (int i = 2; i < line.length; i += 2) {
            page.line(
                    line[i - 2],
                    line[i - 1],
                    radiusAt(i - 2, line.length),
                    line[i],
                    line[i + 1],
                    radiusAt(i, line.length));
        }
    }

    private double radiusAt(int i, int length) {
        return radius * (1 + pressure * StrictMath.sin(pressurePhase + 5.0 * i / length));
    }
}
