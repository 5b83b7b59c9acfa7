-- Captions of a topic of pictures, for ever, exactly once.
SET 'execution.checkpointing.interval' = '10 s';

CREATE TABLE pictures (id STRING, content BYTES)
    WITH ('connector' = 'kafka', 'topic' = 'pictures', 'properties.bootstrap.servers' = 'localhost:9092',
        'properties.group.id' = 'captions', 'scan.startup.mode' = 'earliest-offset', 'format' = 'avro');

CREATE TABLE captions (id STRING, caption STRING, error STRING)
    WITH ('connector' = 'kafka', 'topic' = 'captions', 'properties.bootstrap.servers' = 'localhost:9092',
        'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'captions', 'format' = 'avro');

CREATE MODEL llava INPUT (content BYTES) OUTPUT (answer STRING, error STRING)
    WITH ('provider' = 'llava', 'task' = 'caption', 'model' = '/models/llava-1.5-7b-hf');

INSERT INTO captions
    SELECT id, answer, error FROM ML_PREDICT(TABLE pictures, MODEL llava, DESCRIPTOR(content));
