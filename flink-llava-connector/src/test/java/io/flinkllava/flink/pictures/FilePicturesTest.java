package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FilePicturesTest {

    private static final byte[] PICTURE = {1, 2, 3, 4};
    private static final byte[] SECRET = {9, 9, 9};

    @TempDir Path folder;
    private Path photos;

    @BeforeEach
    void pictures() throws IOException {
        photos = Files.createDirectories(folder.resolve("photos"));
        Files.createDirectories(photos.resolve("2026/a b"));
        Files.write(photos.resolve("2026/a b/c%20d.png"), PICTURE);
        Files.createDirectories(folder.resolve("photos-secret"));
        Files.write(folder.resolve("photos-secret/x.png"), SECRET);
        Files.write(folder.resolve("secret.png"), SECRET);
    }

    private PictureReader reader(int maxBytes) {
        return PictureReader.open(
                PictureAccess.NONE.withPrefixes(List.of(photos.toString())).withMaxBytes(maxBytes),
                2);
    }

    private ReadingFailure failure(String uri) {
        try (PictureReader reader = reader(100)) {
            return ReadingFailure.of(reader, uri);
        }
    }

    @Test
    void readsWhatLiesBelowAnAllowedFolder() {
        try (PictureReader reader = reader(PICTURE.length)) {
            String path = photos + "/2026/a b/c%20d.png";
            assertThat(reader.read(path)).isEqualTo(PICTURE);
            assertThat(reader.read("file://" + path)).isEqualTo(PICTURE);
            assertThat(reader.read("FILE:" + path)).isEqualTo(PICTURE);
            assertThat(reader.readAsync(path)).succeedsWithin(Duration.ofMinutes(1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/photos-secret/x.png",
                "/secret.png",
                "/photos/../secret.png",
                "/photos/./2026/../../secret.png",
                "/photos//../secret.png",
                "/photos/2026/%2e%2e/%2e%2e/secret.png"
            })
    void refusesWhatLiesElsewhere(String path) {
        assertThat(failure(folder + path).code()).isEqualTo(LlavaErrorCode.INPUT);
        assertThat(failure("file://" + folder + path).code()).isEqualTo(LlavaErrorCode.INPUT);
    }

    /** Flink takes a backslash for a slash, after the path was checked. */
    @Test
    void refusesBackslashes() throws IOException {
        Files.write(photos.resolve("..\\secret.png"), PICTURE);
        Files.createSymbolicLink(photos.resolve("link.png"), photos.resolve("..\\secret.png"));

        assertThat(failure(photos + "/..\\secret.png").message()).contains("without \\");
        assertThat(failure(photos + "/link.png").message()).contains("its links lead");
        PictureAccess access = PictureAccess.NONE.withPrefixes(List.of("nosuchfs://bucket/photos"));
        try (PictureReader reader = PictureReader.open(access, 1)) {
            for (String path : List.of("/photos/..\\private/x.png", "/photos\\..\\private/x.png")) {
                assertThat(ReadingFailure.of(reader, "nosuchfs://bucket" + path).message())
                        .contains("without \\");
            }
        }
        assertThatThrownBy(() -> PictureAccess.NONE.withPrefixes(List.of("s3://bucket\\photos")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without \\");
    }

    @Test
    void authorityIsComparedWithoutCaseAndOpenedAsItIsAllowed() {
        FileLocation folder = FileLocation.parsePrefix("hdfs://Cluster1/photos");
        FileLocation picture = FileLocation.parse("HDFS://cluster1/photos/a.png");

        assertThat(folder.contains(picture)).isTrue();
        assertThat(folder.toFlink(picture)).hasToString("hdfs://Cluster1/photos/a.png");
    }

    @Test
    void nothingIsAllowedByDefault() {
        try (PictureReader reader = PictureReader.open(PictureAccess.NONE, 1)) {
            assertThat(ReadingFailure.of(reader, folder + "/secret.png").message())
                    .contains("secret.png is not allowed", "allowed prefixes");
        }
    }

    @Test
    void refusesLinksThatLeaveTheFolder() throws IOException {
        Files.createSymbolicLink(photos.resolve("out.png"), folder.resolve("secret.png"));
        Files.createSymbolicLink(photos.resolve("out"), folder);

        assertThat(failure(photos + "/out.png").message()).contains("not allowed");
        assertThat(failure(photos + "/out/secret.png").message()).contains("not allowed");
    }

    @Test
    void followsLinksThatStay() throws IOException {
        Files.createSymbolicLink(photos.resolve("latest"), photos.resolve("2026"));
        Path alias = Files.createSymbolicLink(folder.resolve("alias"), photos);
        PictureAccess access = PictureAccess.NONE.withPrefixes(List.of(alias.toString()));
        try (PictureReader reader = PictureReader.open(access, 1)) {
            assertThat(reader.read(alias + "/latest/a b/c%20d.png")).isEqualTo(PICTURE);
        }
    }

    @Test
    void saysWhatIsMissing() {
        ReadingFailure missing = failure(photos + "/none.png");
        assertThat(missing.code()).isEqualTo(LlavaErrorCode.INPUT);
        assertThat(missing.message()).contains("none.png does not exist");
        assertThat(failure(photos + "/2026").message()).contains("is no file");
        assertThat(failure("photos/x.png").message()).contains("absolute path");
        assertThat(failure("file://elsewhere" + photos + "/x.png").message()).contains("no host");
        assertThat(failure("").code()).isEqualTo(LlavaErrorCode.INPUT);
        assertThat(failure("s3://key:secret@bucket/a.png").message())
                .contains("s3://bucket/a.png is not allowed");
    }

    @Test
    void saysWhichFileSystemFlinkLacks() {
        PictureAccess access = PictureAccess.NONE.withPrefixes(List.of("nosuchfs://bucket"));
        try (PictureReader reader = PictureReader.open(access, 1)) {
            ReadingFailure failure = ReadingFailure.of(reader, "nosuchfs://bucket/a.png");
            assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT);
            assertThat(failure.message()).contains("'nosuchfs'", "plugin");
            assertThat(ReadingFailure.of(reader, "nosuchfs://bucket2/a.png").message())
                    .contains("not allowed");
        }
    }

    @Test
    void refusesWhatIsTooLarge() {
        try (PictureReader reader = reader(PICTURE.length - 1)) {
            ReadingFailure failure = ReadingFailure.of(reader, photos + "/2026/a b/c%20d.png");
            assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT);
            assertThat(failure.message()).contains("has 4 bytes, the limit is 3 (max-bytes)");
        }
    }

    @Test
    void readsPicturesInsideTheirReference() {
        String encoded = Base64.getEncoder().encodeToString(PICTURE);
        try (PictureReader reader = reader(PICTURE.length)) {
            assertThat(reader.read("data:image/png;base64," + encoded)).isEqualTo(PICTURE);
            ReadingFailure large = ReadingFailure.of(reader, "data:;base64," + encoded + encoded);
            assertThat(large.code()).isEqualTo(LlavaErrorCode.INPUT);
            assertThat(large.message()).doesNotContain(encoded);
            assertThat(ReadingFailure.of(reader, "data:image/png,abc").message())
                    .contains("data: URI of 18 characters", ";base64");
            assertThat(ReadingFailure.of(reader, "data:;base64,###").message())
                    .contains("no base64")
                    .doesNotContain("###");
        }
    }

    @Test
    void aClosedReaderReadsNothing() {
        PictureReader reader = reader(100);
        reader.close();
        reader.close();
        assertThat(ReadingFailure.of(reader, photos + "/2026").message()).contains("closed");
    }

    @Test
    void wrongPrefixesAreRefusedWhereTheyAreWritten() {
        for (String prefix : List.of("photos", "/photos/../etc", "file://host/photos")) {
            assertThatThrownBy(() -> PictureAccess.NONE.withPrefixes(List.of(prefix)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + prefix + "'");
        }
    }
}
