package io.flinkllava.udfs.cluster;

import java.nio.file.Path;

/** The statements of a user who captions a folder of pictures. */
final class SqlScript {

    private SqlScript() {}

    /**
     * Tables, view and model; {@code questions} has the columns name, content and question.
     *
     * @param options of the folder, each after a comma
     */
    static String declarations(PictureFolder pictures, Path answers, String options) {
        return """
        CREATE TABLE photos (
          content BYTES,
          name STRING NOT NULL METADATA FROM 'file.name'
        ) WITH ('connector' = 'filesystem', 'format' = 'image', 'path' = '%s'%s);
        CREATE TABLE answers (name STRING, answer STRING, error STRING)
        WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '%s',
          'sink.rolling-policy.rollover-interval' = '500 ms',
          'sink.rolling-policy.check-interval' = '200 ms');
        CREATE VIEW questions AS SELECT name, content, '%s' AS question FROM photos;
        %s;
        """
                .formatted(
                        pictures.path(), options, answers, PictureFolder.QUESTION, model("slot"));
    }

    static String model(String scope) {
        return """
        CREATE MODEL ask INPUT (content BYTES, question STRING)
        OUTPUT (answer STRING, error STRING)
        WITH ('provider' = 'llava', 'model' = '%s', 'device' = 'cpu', 'scope' = '%s',
          'max-sequence-length' = '512', 'max-new-tokens' = '16')"""
                .formatted(PictureFolder.model(), scope);
    }

    static final String PREDICT =
            """
            INSERT INTO answers SELECT name, answer, error
            FROM ML_PREDICT(TABLE questions, MODEL ask, DESCRIPTOR(content, question));
            """;

    static final String LOAD_MODULE =
            """
            LOAD MODULE llava WITH ('model' = '%s', 'device' = 'cpu',
              'max-sequence-length' = '512', 'max-new-tokens' = '16');
            """
                    .formatted(PictureFolder.model());

    static final String ASK =
            """
            INSERT INTO answers SELECT name, LLAVA_ASK(content, '%s'), CAST(NULL AS STRING)
            FROM photos;
            """
                    .formatted(PictureFolder.QUESTION);
}
