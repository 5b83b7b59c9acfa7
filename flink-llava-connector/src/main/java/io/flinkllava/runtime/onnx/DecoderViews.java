package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.onnx.DecoderView.Range;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The views that steps have used last. Many rows have thousands of neighbourhoods, and each view
 * holds tensors for every layer.
 */
final class DecoderViews implements AutoCloseable {

    /** More than the neighbourhoods of eight rows, with their scores or without. */
    static final int MOST = 80;

    private final Function<Range, DecoderView> open;
    private final Map<Range, DecoderView> views = new LinkedHashMap<>(16, 0.75f, true);

    DecoderViews(Function<Range, DecoderView> open) {
        this.open = open;
    }

    /** A view, which may be closed when others are asked for. */
    DecoderView of(Range range) {
        DecoderView known = views.get(range);
        if (known != null) {
            return known;
        }
        if (views.size() == MOST) {
            Iterator<DecoderView> oldest = views.values().iterator();
            oldest.next().close();
            oldest.remove();
        }
        DecoderView view = open.apply(range);
        views.put(range, view);
        return view;
    }

    @Override
    public void close() {
        views.values().forEach(DecoderView::close);
        views.clear();
    }
}
