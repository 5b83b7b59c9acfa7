package io.flinkllava.udfs.image;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.table.factories.BulkReaderFormatFactory;
import org.apache.flink.connector.file.table.format.BulkDecodingFormat;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.format.ProjectableDecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads folders of pictures as tables: one file, one row.
 *
 * <pre>{@code
 * CREATE TABLE photos (
 *   content BYTES,
 *   width INT, height INT, image_format STRING, error STRING,
 *   path STRING NOT NULL METADATA FROM 'file.path'
 * ) WITH ('connector' = 'filesystem', 'path' = '/photos', 'format' = 'image')
 * }</pre>
 *
 * <p>Columns go by their names, see {@link ImageColumn}, and any of them may be left out; the
 * connector's own {@code file.path}, {@code file.name}, {@code file.size} and {@code
 * file.modification-time} come as metadata columns. Folders are read with all below them, but for
 * names that begin with a dot or an underscore. Options are in {@link ImageFormatOptions}.
 *
 * <p>A file is opened only for columns of this format that the query uses; under {@code skip} and
 * {@code fail} always, since they decide by it. Its header is checked, not its pixels: a picture
 * that breaks off further down is the model's finding.
 */
public final class ImageFormatFactory implements BulkReaderFormatFactory {

    public static final String IDENTIFIER = "image";

    private static final String PREFIX = IDENTIFIER + ".";

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(
                ImageFormatOptions.MAX_BYTES,
                ImageFormatOptions.MAX_PIXELS,
                ImageFormatOptions.ON_ERROR);
    }

    @Override
    public BulkDecodingFormat<RowData> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        // The filesystem connector leaves the keys of formats unchecked.
        FactoryUtil.validateFactoryOptions(this, options);
        FactoryUtil.validateUnconsumedKeys(
                IDENTIFIER,
                withPrefix(context.getCatalogTable().getOptions().keySet().stream()),
                withPrefix(optionalOptions().stream().map(option -> PREFIX + option.key())));
        return new ImageDecodingFormat(ImageFormatSettings.of(options));
    }

    private static Set<String> withPrefix(Stream<String> keys) {
        return keys.filter(key -> key.startsWith(PREFIX)).collect(Collectors.toSet());
    }

    private record ImageDecodingFormat(ImageFormatSettings settings)
            implements BulkDecodingFormat<RowData>,
                    ProjectableDecodingFormat<BulkFormat<RowData, FileSourceSplit>> {

        @Override
        public BulkFormat<RowData, FileSourceSplit> createRuntimeDecoder(
                DynamicTableSource.Context context, DataType physical, int[][] projections) {
            List<ImageColumn> columns = ImageColumn.of(physical);
            Projection used = Projection.of(projections);
            return new ImageRowFormat(
                    new ImageRowMaker(
                            settings,
                            Arrays.stream(used.toTopLevelIndexes())
                                    .mapToObj(columns::get)
                                    .toList()),
                    context.createTypeInformation(used.project(physical)));
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }
    }
}
