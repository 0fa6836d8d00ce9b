package io.deltarule.experiments.retrieval;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The panels as one SVG: two by two, accuracy upwards, a legend above that covers no data. Its background is its own, so
 * that it reads on light and on dark pages.
 */
public final class RetrievalFigure {
    private static final int PANEL_WIDTH = 470;
    private static final int PANEL_HEIGHT = 330;
    private static final int TITLE_HEIGHT = 26;
    private static final int LABEL_HEIGHT = 24;
    private static final int LEGEND_HEIGHT = 62;
    private static final int LEGEND_ROW = 20;
    private static final int CHART_WIDTH = PANEL_WIDTH - LABEL_HEIGHT;
    private static final int CHART_HEIGHT = PANEL_HEIGHT - TITLE_HEIGHT - LABEL_HEIGHT;
    /** Where XChart's plot begins, after the labels of its upward axis. */
    private static final int PLOT_LEFT = 58;

    private static final String UPWARDS = "share of payloads retrieved";
    private static final String TITLE = "What the linear and the selective read retrieve";

    // A warm, a cold and a dark colour, which readers who see few colours can tell apart too.
    private static final Color LINEAR = new Color(0xD5, 0x5E, 0x00);
    private static final Color SELECTIVE = new Color(0x00, 0x72, 0xB2);
    private static final Color MIX = new Color(0x00, 0x7A, 0x5E);
    private static final Color CHANCE = new Color(0x77, 0x77, 0x77);
    private static final Color TEXT = new Color(0x22, 0x22, 0x22);
    private static final Color GRID = new Color(0xE4, 0xE4, 0xE4);

    private static final BasicStroke SOLID = new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke DASHED = dashes(1.6f, 6, 4);
    private static final BasicStroke DOTTED = dashes(1.2f, 2, 3);

    /** One line of the legend. */
    private record Entry(String text, Color color, BasicStroke stroke, boolean dots) {}

    private static final List<Entry> LEGEND = List.of(
            new Entry("linear read (a, b, c: content keys)", LINEAR, SOLID, true),
            new Entry("linear read, slot keys", LINEAR, DASHED, true),
            new Entry("best constant mix of both (d)", MIX, SOLID, true),
            new Entry("selective read (a, b, c: slot keys)", SELECTIVE, SOLID, true),
            new Entry("selective read, content keys", SELECTIVE, DASHED, true),
            new Entry("chance, 1 / N", CHANCE, DOTTED, false));

    private RetrievalFigure() {}

    private static BasicStroke dashes(float width, float on, float off) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {on, off}, 0);
    }

    /** Why this machine's Java cannot draw text and what to install, or empty if it can. */
    public static Optional<String> unavailable() {
        headless();
        try {
            Rectangle2D box = font(Font.PLAIN, 12).getStringBounds("0", new FontRenderContext(null, true, true));
            return box.getWidth() > 0 ? Optional.empty() : Optional.of(noFonts("a letter without width"));
        } catch (RuntimeException | InternalError | LinkageError e) { // which of these depends on the platform
            return Optional.of(noFonts(e.toString()));
        }
    }

    private static String noFonts(String found) {
        return "expected fonts that Java can draw with but found none (" + found
                + "); install fontconfig and a font, for example the packages fontconfig and fonts-dejavu-core, or take"
                + " --json";
    }

    private static void headless() {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    /**
     * Draws.
     *
     * @param panels four at most, in reading order
     * @return an SVG document
     */
    public static String svg(List<FigurePanel> panels) {
        headless();
        int width = 2 * PANEL_WIDTH;
        int height = LEGEND_HEIGHT + (panels.size() + 1) / 2 * PANEL_HEIGHT;
        VectorGraphics2D canvas = new VectorGraphics2D();
        canvas.setColor(Color.WHITE);
        canvas.fill(new Rectangle2D.Double(0, 0, width, height));
        drawLegend(canvas);
        for (int i = 0; i < panels.size(); i++) {
            int x = i % 2 * PANEL_WIDTH;
            int y = LEGEND_HEIGHT + i / 2 * PANEL_HEIGHT;
            drawTexts(canvas, panels.get(i), (char) ('a' + i), x, y);
            Graphics2D part = (Graphics2D) canvas.create();
            part.translate(x + LABEL_HEIGHT, y + TITLE_HEIGHT);
            chart(panels.get(i)).paint(part, CHART_WIDTH, CHART_HEIGHT);
            part.dispose();
        }
        Document document = new SVGProcessor().getDocument(canvas.getCommands(), new PageSize(width, height));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            document.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not into memory
        }
        return SvgTidier.tidy(bytes.toString(StandardCharsets.UTF_8), TITLE);
    }

    /** XChart draws its texts as outlines, which for long ones are most of the file: those are drawn here, as text. */
    private static void drawTexts(Graphics2D canvas, FigurePanel panel, char letter, int x, int y) {
        canvas.setColor(TEXT);
        canvas.setFont(font(Font.BOLD, 13));
        String title = letter + "   " + panel.title();
        canvas.drawString(title, x + PLOT_LEFT, y + TITLE_HEIGHT - 8);
        int end = x + PLOT_LEFT + canvas.getFontMetrics().stringWidth(title);
        canvas.setFont(font(Font.PLAIN, 12));
        canvas.drawString(panel.detail(), end + 10, y + TITLE_HEIGHT - 8);
        String label = panel.axis().label();
        int middle = x + (PLOT_LEFT + PANEL_WIDTH) / 2;
        canvas.drawString(
                label,
                middle - canvas.getFontMetrics().stringWidth(label) / 2,
                y + TITLE_HEIGHT + CHART_HEIGHT + LABEL_HEIGHT / 2);
        Graphics2D turned = (Graphics2D) canvas.create();
        int length = turned.getFontMetrics().stringWidth(UPWARDS);
        turned.translate(x + LABEL_HEIGHT - 4, y + TITLE_HEIGHT + CHART_HEIGHT / 2 + length / 2);
        turned.rotate(-Math.PI / 2);
        turned.drawString(UPWARDS, 0, 0);
        turned.dispose();
    }

    private static void drawLegend(Graphics2D canvas) {
        canvas.setFont(font(Font.PLAIN, 13));
        for (int i = 0; i < LEGEND.size(); i++) {
            Entry entry = LEGEND.get(i);
            double x = 60 + i % 3 * 290;
            double y = 22 + i / 3 * LEGEND_ROW;
            canvas.setColor(entry.color());
            canvas.setStroke(entry.stroke());
            canvas.draw(new Line2D.Double(x, y, x + 34, y));
            if (entry.dots()) {
                canvas.fill(new Ellipse2D.Double(x + 17 - 3, y - 3, 6, 6));
            }
            canvas.setColor(TEXT);
            canvas.drawString(entry.text(), (float) x + 42, (float) y + 4.5f);
        }
    }

    private static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    private static XYChart chart(FigurePanel panel) {
        XYChart chart =
                new XYChartBuilder().width(CHART_WIDTH).height(CHART_HEIGHT).build();
        style(chart.getStyler());
        boolean octaves = panel.axis() != FigurePanel.Axis.NOISE;
        if (octaves) {
            chart.getStyler().setXAxisTickLabelsFormattingFunction(RetrievalFigure::powerOfTwo);
        }
        for (ReadCurve curve : panel.curves()) {
            draw(chart, curve, octaves);
        }
        drawChance(chart, panel.curves().getFirst(), octaves);
        return chart;
    }

    private static void style(XYStyler styler) {
        styler.setLegendVisible(false);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderColor(GRID);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setChartFontColor(TEXT);
        styler.setAxisTickLabelsColor(TEXT);
        styler.setChartTitleVisible(false);
        styler.setAxisTitlesVisible(false);
        styler.setAxisTickLabelsFont(font(Font.PLAIN, 11));
        styler.setErrorBarsColorSeriesColor(true);
        styler.setMarkerSize(6);
        styler.setYAxisMin(0.0);
        styler.setYAxisMax(1.0);
        styler.setYAxisDecimalPattern("0.0");
        styler.setXAxisDecimalPattern("0.##");
        styler.setXAxisTickMarkSpacingHint(60);
        styler.setPlotContentSize(0.96);
    }

    private static double position(double x, boolean octaves) {
        return octaves ? Math.log(x) / Math.log(2) : x;
    }

    private static String powerOfTwo(double exponent) {
        double power = Math.pow(2, Math.abs(exponent));
        if (Math.abs(power - Math.rint(power)) > 1e-6) {
            return ""; // a tick between two powers
        }
        return exponent < -1e-9 ? "1/" + Math.round(power) : Long.toString(Math.round(power));
    }

    private static void draw(XYChart chart, ReadCurve curve, boolean octaves) {
        int n = curve.points().size();
        double[] x = new double[n];
        double[] y = new double[n];
        double[] spread = new double[n];
        for (int i = 0; i < n; i++) {
            ReadCurve.Point point = curve.points().get(i);
            x[i] = position(point.x(), octaves);
            y[i] = point.score().accuracy();
            spread[i] = point.score().deviation();
        }
        XYSeries series = chart.addSeries(curve.name(), x, y, spread);
        Color color = switch (curve.read()) {
            case LINEAR -> LINEAR;
            case SELECTIVE -> SELECTIVE;
            case MIX -> MIX;
        };
        series.setLineColor(color);
        series.setLineStyle(curve.matched() ? SOLID : DASHED);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
    }

    private static void drawChance(XYChart chart, ReadCurve any, boolean octaves) {
        double[] x =
                any.points().stream().mapToDouble(p -> position(p.x(), octaves)).toArray();
        double[] y = any.points().stream().mapToDouble(p -> 1.0 / p.stored()).toArray();
        XYSeries series = chart.addSeries("chance", x, y);
        series.setLineColor(CHANCE);
        series.setLineStyle(DOTTED);
        series.setMarker(SeriesMarkers.NONE);
    }
}
