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
        CREATE TABLE asked (name STRING, answer STRING)
        WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '%s');
        CREATE VIEW questions AS SELECT name, content, '%s' AS question FROM photos;
        %s;
        """
                .formatted(
                        pictures.path(),
                        options,
                        answers,
                        asked(answers),
                        PictureFolder.QUESTION,
                        model("slot"));
    }

    /** Where the answers of {@link #ASK} lie, beside those of {@link #PREDICT}. */
    static Path asked(Path answers) {
        return answers.resolveSibling("asked");
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
            INSERT INTO asked SELECT name, LLAVA_ASK(content, '%s') FROM photos;
            """
                    .formatted(PictureFolder.QUESTION);
}
