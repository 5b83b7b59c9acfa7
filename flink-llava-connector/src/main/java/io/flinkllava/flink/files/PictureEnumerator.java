package io.flinkllava.flink.files;

import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Finds files by the end of their name, in nested folders too. As everywhere in Flink, names that
 * start with {@code .} or {@code _} are hidden.
 */
final class PictureEnumerator extends NonSplittingRecursiveEnumerator {

    private final Set<String> suffixes;

    /**
     * Looks for files.
     *
     * @param suffixes in lower case, with their dot; none for all files
     */
    PictureEnumerator(Set<String> suffixes) {
        this.suffixes = suffixes;
    }

    // Splits are named by their path: Flink counts, and counts from zero again after a restart, so
    // that two files could have one name in a rescaled reader.
    @Override
    public Collection<FileSourceSplit> enumerateSplits(Path[] folders, int minDesiredSplits)
            throws IOException {
        Map<String, FileSourceSplit> splits = new LinkedHashMap<>();
        for (FileSourceSplit split : super.enumerateSplits(folders, minDesiredSplits)) {
            String name = split.path().toString();
            splits.put(
                    name,
                    new FileSourceSplit(
                            name,
                            split.path(),
                            split.offset(),
                            split.length(),
                            split.fileModificationTime(),
                            split.fileSize(),
                            split.hostnames()));
        }
        return new ArrayList<>(splits.values());
    }

    @Override
    protected void convertToSourceSplits(
            FileStatus file, FileSystem fileSystem, List<FileSourceSplit> target)
            throws IOException {
        String name = file.getPath().getName().toLowerCase(Locale.ROOT);
        if (suffixes.isEmpty() || suffixes.stream().anyMatch(name::endsWith)) {
            super.convertToSourceSplits(file, fileSystem, target);
        }
    }
}
