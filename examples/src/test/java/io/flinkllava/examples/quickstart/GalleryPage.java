package io.flinkllava.examples.quickstart;

import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

import javax.xml.parsers.DocumentBuilderFactory;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A gallery as a reader of it sees it; the page is well-formed XML too. */
final class GalleryPage {

    private final Document page;

    GalleryPage(Path file) throws Exception {
        page = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    List<String> texts(String tag) {
        return elements(tag).map(Element::getTextContent).toList();
    }

    List<String> attributes(String tag, String attribute) {
        return elements(tag).map(element -> element.getAttribute(attribute)).toList();
    }

    private Stream<Element> elements(String tag) {
        NodeList found = page.getElementsByTagName(tag);
        return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i));
    }
}
