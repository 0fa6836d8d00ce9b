/**
 * Charts as SVG: what is shown as plain records, and the pictures made of them. Uses nothing but the JDK, and no fonts of this
 * machine: whoever shows a picture brings its own.
 *
 * <pre>
 *   Chart      points over two axes      → SvgChart      an element for a page
 *   DotRows    values of named rows      → SvgDotRows    an element for a page
 *   Figure     charts with a legend      → SvgFigure     a file of its own
 * </pre>
 *
 * <p>Colours are classes c0 to c7 that the page's style sheet fills in, so that one picture serves light and dark pages; a
 * figure brings a style sheet of its own. Start reading at Chart.
 */
package io.deltarule.chart;
