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
                assertTrue(x > 0 && x < 440 && y > 0 && y < 320, "a dot at " + x + ", " + y);
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
                        .failed("heads", "h", "failed", "it broke")
                        .failed("heads", "g", "refused", "no room")
                        .lost(1024, "never came back"))));
        int failures = page.indexOf("3 of the configurations");
        int refusals = page.indexOf("Not measured");
        assertTrue(0 < failures && failures < refusals && refusals < page.indexOf("What ran where"));
        String faulty = page.substring(failures, refusals);
        assertTrue(faulty.contains("o differs") && faulty.contains("it broke") && faulty.contains("never came back"));
        assertFalse(faulty.contains("no room"));
        assertTrue(page.substring(refusals).contains("no room"));
    }

    @Test
    void theVersionBeforeIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("old.json"), lengths(3).version2());
        String page = HtmlReport.of(List.of(file));
        assertTrue(page.contains("1 of the configurations") && page.contains("a model differs"));
    }

    @Test
    void whereTheTimeGoes() throws IOException {
        String page = HtmlReport.of(List.of(write(
                "a.json",
                lengths(3)
                        .profiled("prefill/a", 10, 6, 1.5, 0.5, "2500")
                        .profiled("prefill/b", 10, 9, 6, 5, "null")
                        .transfer(1024, 2, 3)
                        .transfer(1 << 20, 20, 30)
                        .lost(1 << 24, "no room there"))));
        assertTrue(
                page.contains("kernels 60.0 %") && page.contains("copies in 15.0 %") && page.contains("host 20.0 %"));
        assertTrue(page.contains("kernels 45.0 %"), "parts that add up to more than the clock share the bar");
        assertTrue(page.contains("2.5J") && page.contains("energy"));
        assertTrue(page.contains("1.40 s") && page.contains("first − median") && page.contains("1.50 s"));
        assertTrue(page.contains("Copies between host and device") && page.contains("no room there"));
    }

    @Test
    void whatNobodyMeasuredHasNoPlace() throws IOException {
        String page = HtmlReport.of(List.of(write("a.json", lengths(3))));
        for (String title : List.of("Where the time goes", "Host to device", "Run-time compilation", "Not measured")) {
            assertFalse(page.contains(title), title);
        }
        String plain = HtmlReport.of(List.of(write("b.json", lengths(3).profiled("p", 3, 1, 1, 1, "null"))));
        assertFalse(plain.contains("<th>energy</th>"));
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
