package io.deltarule.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class SvgTest {
    private static final Chart CHART = new Chart(
            "speed & <size>",
            Axis.logarithmic("size"),
            Axis.linear("speed", 0, 1),
            List.of(
                    new Chart.Series(
                            "a",
                            new Chart.Look(0, Chart.Line.SOLID, Chart.Dot.FILLED),
                            List.of(new Chart.Point(1, 0.5, 0.4, 0.6, "<b>"), Chart.Point.of(8, 1, "eight"))),
                    new Chart.Series(
                            "b",
                            new Chart.Look(7, Chart.Line.DOTTED, Chart.Dot.NONE),
                            List.of(Chart.Point.of(1, 0, ""), Chart.Point.of(8, 0.25, "")))),
            List.of());

    private static Element parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    @Test
    void aChartHasADotPerPointAndItsLinesWhereTheValuesLie() throws Exception {
        Element svg = parse(SvgChart.of(CHART));
        NodeList dots = svg.getElementsByTagName("circle");
        assertEquals(2, dots.getLength(), "a fine line has no dots");
        Element first = (Element) dots.item(0);
        Element second = (Element) dots.item(1);
        assertTrue(number(first, "cx") < number(second, "cx"));
        assertTrue(number(second, "cy") > 12 && number(second, "cy") < 25, "1 lies near the upper end of an axis to 1");
        assertEquals((12 + 320 - 48) / 2.0, number(first, "cy"), 0.06);
        assertEquals("<b>", first.getElementsByTagName("title").item(0).getTextContent());
        assertEquals(2, svg.getElementsByTagName("polyline").getLength());
    }

    @Test
    void aFigureIsADocumentOfItsOwnThatIsTheSameEveryTime() throws Exception {
        Figure figure = new Figure(
                "both & more",
                List.of(
                        new Figure.Entry("a", new Chart.Look(0, Chart.Line.SOLID, Chart.Dot.FILLED)),
                        new Figure.Entry("b", new Chart.Look(7, Chart.Line.DOTTED, Chart.Dot.NONE))),
                List.of(
                        new Figure.Panel("one", "fixed", CHART),
                        new Figure.Panel("two", "", CHART),
                        new Figure.Panel("three", "", CHART)));
        String text = SvgFigure.of(figure);
        Element svg = parse(text);
        assertEquals("http://www.w3.org/2000/svg", svg.getAttribute("xmlns"));
        assertEquals(940, number(svg, "width"));
        assertEquals(3 * 2 + 1, svg.getElementsByTagName("circle").getLength(), "and one in the legend");
        assertEquals(text, SvgFigure.of(figure));
        assertFalse(text.contains("href"), "needs nothing else");
    }

    @Test
    void rowsOfDotsLieUnderTheirNames() throws Exception {
        DotRows rows = new DotRows(
                "variants",
                "TFLOP/s",
                List.of(
                        new DotRows.Row(
                                "delta_rule",
                                List.of(
                                        new DotRows.Value(1, 0, Chart.Dot.FILLED, "one"),
                                        new DotRows.Value(10, 0, Chart.Dot.HOLLOW, "ten"))),
                        new DotRows.Row("kda", List.of(new DotRows.Value(100, 1, Chart.Dot.FILLED, "hundred")))));
        Element svg = parse(SvgDotRows.of(rows));
        NodeList dots = svg.getElementsByTagName("circle");
        assertEquals(3, dots.getLength());
        assertEquals("ring c0", ((Element) dots.item(0)).getAttribute("class"), "rings lie below");
        double one = number((Element) dots.item(1), "cx");
        double ten = number((Element) dots.item(0), "cx");
        double hundred = number((Element) dots.item(2), "cx");
        assertEquals(ten - one, hundred - ten, 0.2);
        assertTrue(number((Element) dots.item(2), "cy") > number((Element) dots.item(0), "cy"));
    }
}
