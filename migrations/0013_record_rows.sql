-- What became of the rows that a version was made from: each is written, rejected or filtered. Null where the rows written are others than those
-- read, such as sums. The engine checks the sum before it stages; the constraint holds whatever else may write.

ALTER TABLE dataset_version
    ADD COLUMN rows_in bigint,
    ADD COLUMN rejected bigint CHECK (rejected >= 0),
    ADD COLUMN filtered bigint CHECK (filtered >= 0),
    ADD CONSTRAINT dataset_version_counts_together CHECK (num_nulls(rows_in, rejected, filtered) IN (0, 3)),
    ADD CONSTRAINT dataset_version_conserves_rows CHECK (rows_in = row_count + rejected + filtered);

GRANT INSERT (rows_in, rejected, filtered) ON dataset_version TO workflow_worker;
