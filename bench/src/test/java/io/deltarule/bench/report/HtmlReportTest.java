package io.deltarule.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
    private static final Pattern PICTURE = Pattern.compile("<svg class=\"chart\".*?</svg>", Pattern.DOTALL);

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
        int failures = page.indexOf("gave wrong numbers: 3");
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
        assertTrue(page.contains("gave wrong numbers: 1") && page.contains("a model differs"));
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
        assertTrue(page.contains("2.5 J") && page.contains("energy"));
        assertTrue(page.contains("1.40 s") && page.contains("compiling") && page.contains("1.51 s"));
        assertTrue(page.contains("Copies between host and device") && page.contains("no room there"));
    }

    @Test
    void whatNobodyMeasuredHasNoPlace() throws IOException {
        String page = HtmlReport.of(List.of(write("a.json", lengths(3))));
        for (String title : List.of("Where the time goes", "Host to device", "Run-time compilation", "Not measured")) {
            assertFalse(page.contains(title), title);
        }
        String plain = HtmlReport.of(List.of(write("b.json", lengths(3).profiled("p", 3, 1, 1, 1, "null"))));
        assertFalse(plain.contains("energy</th>"));
    }

    @Test
    void machinesStandSideBySide() throws IOException {
        String page = HtmlReport.of(List.of(write("slow.json", lengths(4)), write("fast.json", lengths(1))));
        assertTrue(
                page.contains("Some processor, 2 threads (slow)") && page.contains("Some processor, 2 threads (fast)"));
        assertTrue(page.contains("4.00×<small>of 3</small>"), "the geometric mean over three configurations");
        assertTrue(page.contains("<b>4.00×</b>"), "and as a headline");
    }

    /** Rows in 16 bits say so, and the worst error is that of rows in float32. */
    @Test
    void numbersInFewerBitsStandApart() throws IOException {
        String page = HtmlReport.of(
                List.of(write("a.json", lengths(3).in("float32", "bfloat16", "length_bfloat16/64", 4e-3))));
        assertTrue(page.contains("kda, chunks of 32, storage bfloat16, B1 T64"), page);
        assertFalse(page.contains("kda, chunks of 32, storage float32"));
        assertTrue(page.contains("<b>2e-7</b>") && page.contains("of all 3 float32 configurations"), page);
        assertTrue(Pattern.compile("length/512: [^<]* tokens/s").matcher(page).find(), "a point of a curve");
        assertFalse(
                Pattern.compile("length_bfloat16/64: [^<]* tokens/s")
                        .matcher(page)
                        .find(),
                "and none of it");
    }

    @Test
    void headlinesStandBeforeEverythingElse() throws IOException {
        String page = HtmlReport.of(List.of(write(
                "a.json",
                lengths(3)
                        .profiled("prefill/gated_delta_rule", 2, 1, 0.5, 0.25, "null")
                        .decoding(512, 0.1)
                        .decoding(4096, 0.102))));
        String tiles = page.substring(page.indexOf("id=\"headlines\""), page.indexOf("<h2>"));
        Matcher numbers = Pattern.compile("<b>(.*?)</b><strong>(.*?)</strong>").matcher(tiles);
        List<String> found = numbers.results()
                .map(tile -> tile.group(1) + " " + tile.group(2).replace("&#39;", "'"))
                .toList();
        assertEquals(
                List.of(
                        "32k tokens/s of prefill", // 64 tokens in 2 ms
                        "102 µs for one more token",
                        "1.02× the time per token after 4096 tokens",
                        "32 % of the processor", // 6.4e7 operations in 1 ms of kernels, of 200 GFLOP/s
                        "2e-7 worst error against float64"),
                found);
        assertTrue(tiles.contains("Some processor, 2 threads"), "a device's name");
    }

    private static ResultsText twoDevices() {
        ResultsText text = new ResultsText();
        for (int T : new int[] {512, 1024}) {
            text.on("cpu").ok("length", "length/" + T, T, 40);
            text.on("gpu").profiled("length", "length/" + T, T, 10, 4, 1, 1, "null");
            text.on("cpu").ok("prefill", "prefill/kda", T, 40);
            text.on("gpu").profiled("prefill", "prefill/kda", T, 10, 4, 1, 1, "null");
        }
        return text;
    }

    @Test
    void aDeviceHasItsNameAndOneColourEverywhere() throws IOException {
        String page = HtmlReport.of(List.of(write("a.json", twoDevices())));
        assertFalse(Pattern.compile(">[^<]*cuda:0:0")
                .matcher(page.replaceAll("--device cuda:0:0", ""))
                .find());
        Matcher names =
                Pattern.compile("class=\"place c(\\d)\"><span>(.*?)</span>").matcher(page);
        int gpu = 0;
        while (names.find()) {
            String colour = switch (names.group(2)) {
                case "Some processor, 2 threads" -> "0";
                case "NVIDIA H200, CUDA" -> "1";
                default -> "7"; // not measured
            };
            assertEquals(colour, names.group(1), names.group(2));
            gpu += colour.equals("1") ? 1 : 0;
        }
        assertTrue(gpu > 5);
        assertEquals(
                Set.of("0", "1", "7"), // and grey for what is no device's
                Pattern.compile(" c(\\d)\"")
                        .matcher(page)
                        .results()
                        .map(m -> m.group(1))
                        .collect(Collectors.toSet()));
    }

    @Test
    void kernelsAndTheClockAreTwoSeries() throws IOException {
        String page = HtmlReport.of(List.of(write("a.json", twoDevices())));
        String curve = picture(page, "Prefill against length");
        assertEquals(4, count(curve, "class=\"dot c"), "both devices by the clock");
        assertEquals(2, count(curve, "class=\"ring c1"), "the GPU's kernels alone");
        assertTrue(curve.contains("length/1024, kernels alone: 256k tokens/s"), curve); // 1024 tokens in 4 ms
        assertTrue(curve.contains("length/1024: 102k tokens/s"), curve); // in 10 ms
        String variants = picture(page, "Variants, prefill");
        assertEquals(4, count(variants, "class=\"dot c"));
        assertEquals(2, count(variants, "class=\"ring c1"));
    }

    @Test
    void theProcessorsRoofIsItsMultiplyAdds() throws IOException {
        String roofline = picture(HtmlReport.of(List.of(write("a.json", twoDevices()))), "Some processor, 2 threads");
        // 1.024e9 operations in 40 ms, 10 per byte, of the processor's 200
        assertTrue(roofline.contains("length/1024: 25.6 GFLOP/s, 13 % of the roof"), roofline);
        assertTrue(roofline.contains("multiply-adds 200 GFLOP/s"), roofline);
    }

    @Test
    void aModelsFileIsALinePerProgram() throws IOException {
        String page = HtmlReport.of(List.of(write("a.json", lengths(3).model(true))));
        String table = page.substring(page.indexOf("id=\"models\""));
        assertTrue(
                table.contains("deltarule 1<small>m.gguf, 1 MiB; a prompt of 512 tokens, 64 new ones, 2 threads"),
                table);
        assertTrue(table.contains("llama-bench 7 (abc), CPU"), table);
        String wrong = HtmlReport.of(List.of(write("b.json", lengths(3).model(false))));
        assertTrue(wrong.contains("deltarule on m.gguf: logits differ from float64 by 0.5"), "a failure");
        assertFalse(HtmlReport.of(List.of(write("c.json", lengths(3)))).contains("id=\"models\""));
    }

    @Test
    void aRooflineIsOfKernelsAlone() throws IOException {
        String roofline = picture(HtmlReport.of(List.of(write("a.json", twoDevices()))), "NVIDIA H200, CUDA");
        // 1.024e9 operations in 4 ms, 10 per byte: the matrix product's rate is the roof
        assertTrue(roofline.contains("length/1024: 256 GFLOP/s, 1 % of the roof"), roofline);
    }

    private static String picture(String page, String title) {
        int heading = page.indexOf("<figure><h3>" + title + "</h3>");
        return page.substring(heading, page.indexOf("</svg>", heading));
    }

    private static int count(String text, String what) {
        return text.split(Pattern.quote(what), -1).length - 1;
    }

    @Test
    void whereNumbersComeFromIsSaid() throws IOException {
        String page = HtmlReport.of(
                List.of(write("a.json", lengths(3).from("0123456789ab-dirty", "deltarule bench --suite quick", 3.5))));
        assertTrue(page.contains("by <code>deltarule bench --suite quick</code>"));
        assertTrue(page.contains("deltarule 1, 0123456789ab-dirty"));
        assertTrue(page.contains("<dt>OpenBLAS kernels</dt><dd>Cooperlake</dd>"));
        String busy = HtmlReport.of(List.of(write(
                "c.json",
                lengths(3)
                        .busy("load_average", "a load average of 3.50 on 2 processors")
                        .busy("ceiling", "multiply-adds reached 100 GFLOP/s"))));
        assertTrue(busy.contains("The machine was busy"));
        assertTrue(busy.contains(
                "<li>a load average of 3.50 on 2 processors</li><li>multiply-adds reached 100 GFLOP/s</li>"));
        String quiet = HtmlReport.of(List.of(write("b.json", lengths(3).from("0", "deltarule bench", 0.1))));
        assertFalse(quiet.contains("The machine was busy"));
    }

    @Test
    void aPictureForADocument() throws Exception {
        String svg = SpeedFigure.of(
                List.of(write("a.json", lengths(3).decoding(512, 1).decoding(4096, 1))));
        Element root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
        assertEquals(2 + 3 + 1, root.getElementsByTagName("circle").getLength(), "points and a legend's");
        assertTrue(root.getTextContent().contains("Decoding after a context"));
        Path nothing = write("b.json", new ResultsText().ok("prefill", "prefill/kda", 8, 1));
        assertTrue(assertThrows(InvalidInputException.class, () -> SpeedFigure.of(List.of(nothing)))
                .getMessage()
                .contains("bench --suite quick measures them"));
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
