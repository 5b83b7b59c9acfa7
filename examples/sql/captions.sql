-- Captions of a folder of pictures, as JSON lines.
SET 'execution.runtime-mode' = 'batch';
SET 'table.dml-sync' = 'true';

CREATE TABLE photos (content BYTES, path STRING NOT NULL METADATA FROM 'file.path')
    WITH ('connector' = 'filesystem', 'path' = '/data/photos', 'format' = 'image');

CREATE TABLE captions (path STRING, caption STRING, error STRING)
    WITH ('connector' = 'filesystem', 'path' = '/data/captions', 'format' = 'json');

CREATE MODEL llava INPUT (content BYTES) OUTPUT (answer STRING, error STRING)
    WITH ('provider' = 'llava', 'task' = 'caption', 'model' = '/models/llava-1.5-7b-hf');

INSERT INTO captions
    SELECT path, answer, error FROM ML_PREDICT(TABLE photos, MODEL llava, DESCRIPTOR(content));
