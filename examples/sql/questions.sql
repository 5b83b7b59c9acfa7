-- Each picture of a folder is asked each question; an alert where the answer is yes with enough confidence.
-- The confidence is that of the text chosen, so yes and no stand for themselves here, in one spelling each.
SET 'execution.runtime-mode' = 'batch';
SET 'table.dml-sync' = 'true';

CREATE TABLE photos (content BYTES, path STRING NOT NULL METADATA FROM 'file.path')
    WITH ('connector' = 'filesystem', 'path' = '/data/photos', 'format' = 'image');

CREATE TABLE alerts (path STRING, rule STRING, confidence DOUBLE, error STRING)
    WITH ('connector' = 'filesystem', 'path' = '/data/alerts', 'format' = 'json');

CREATE MODEL llava INPUT (content BYTES, question STRING, choices ARRAY<STRING>)
    OUTPUT (answer STRING, confidence DOUBLE, error STRING)
    WITH ('provider' = 'llava', 'task' = 'choose', 'model' = '/models/llava-1.5-7b-hf');

CREATE VIEW checks AS
    SELECT path, content, rule, question,
        ARRAY[CAST('yes' AS STRING), 'no'] AS choices
    FROM photos CROSS JOIN (VALUES
        ('star', 'Can you see a star?'),
        ('sign', 'Can you see a sign?')) AS rules (rule, question);

INSERT INTO alerts
    SELECT path, rule, confidence, error
    FROM ML_PREDICT(TABLE checks, MODEL llava, DESCRIPTOR(content, question, choices))
    WHERE error IS NOT NULL OR TRIM(answer) = 'yes' AND confidence >= 0.8;
