package io.deltarule.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
    private static final Pattern PICTURE = Pattern.compile("<svg .*?</svg>", Pattern.DOTALL);

    @TempDir
    Path folder;

    private Path write(String name, ResultsText text) throws IOException {
        return Files.writeString(folder.resolve(name), text.toString());
    }

    private static ResultsText lengths(double msPerThousand) {
        ResultsText text = new ResultsText();
        for (int T : new int[] {512, 1024, 4096}) {
            text.ok("length", "length/" + T, T, msPerThousand * T / 1000);
        }
        return text;
    }

    @Test
    void everyCurveIsAWellFormedPictureWithAPointPerRow() throws Exception {
        String page = HtmlReport.of(List.of(write("a.json", lengths(3))));
        Matcher pictures = PICTURE.matcher(page);
        int found = 0;
        while (pictures.find()) {
            Element svg = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(pictures.group())))
                    .getDocumentElement();
            NodeList dots = svg.getElementsByTagName("circle");
            assertEquals(3, dots.getLength());
            for (int i = 0; i < dots.getLength(); i++) {
                double x = Double.parseDouble(((Element) dots.item(i)).getAttribute("cx"));
                double y = Double.parseDouble(((Element) dots.item(i)).getAttribute("cy"));
                assertTrue(x > 0 && x < 480 && y > 0 && y < 320, "a dot at " + x + ", " + y);
            }
            found++;
        }
        assertEquals(2, found, "one curve over the lengths and one roofline");
    }

    @Test
    void equalRatesLieOnALevelLine() throws IOException {
        Matcher heights = Pattern.compile("class=\"dot c0\" cx=\"[^\"]*\" cy=\"([^\"]*)\"")
                .matcher(HtmlReport.of(List.of(write("a.json", lengths(3)))));
        assertTrue(heights.find());
        String first = heights.group(1);
        assertTrue(heights.find());
        assertEquals(first, heights.group(1));
    }

    @Test
    void whatFailedStandsFirst() throws IOException {
        String page = HtmlReport.of(List.of(write(
                "a.json",
                lengths(3)
                        .failed("length", "length/64", "wrong", "o differs")
                        .failed("heads", "h", "failed", "no room"))));
        assertTrue(page.indexOf("3 of the configurations") < page.indexOf("What ran where"));
        assertTrue(page.contains("o differs") && page.contains("a model differs") && page.contains("no room"));
    }

    @Test
    void machinesStandSideBySide() throws IOException {
        String page = HtmlReport.of(List.of(write("slow.json", lengths(4)), write("fast.json", lengths(1))));
        assertTrue(page.contains("slow: cpu") && page.contains("fast: cpu"));
        assertTrue(page.contains("4.0×") && page.contains("1.0×"));
    }

    @Test
    void namesFromAFileAreTextAndNotMarkup() throws IOException {
        String page = HtmlReport.of(List.of(write(
                "a.json",
                lengths(3).processor("<script>alert(1)</script>").ok("length", "<img src=x onerror=alert(1)>", 8, 1))));
        assertFalse(page.contains("<script>alert"));
        assertFalse(page.contains("<img"));
    }

    @Test
    void thePageNeedsNothingElse() throws IOException {
        String page = HtmlReport.of(List.of(write("a.json", lengths(3))));
        assertFalse(Pattern.compile("(src|href)=|url\\(|@import|https?:")
                .matcher(page)
                .find());
    }
}
