-- Profiles that add up. A sketch is what a profile was made from; the sketches of slices make the profile of a dataset as a whole. Null for
-- versions that were written before there were any.

ALTER TABLE dataset_version ADD COLUMN sketch bytea;
-- It is packed already.
ALTER TABLE dataset_version ALTER COLUMN sketch SET STORAGE EXTERNAL;

GRANT INSERT (sketch) ON dataset_version TO workflow_worker;

-- What a drift gate found, column by column, beside its verdict, and published with it. The verdict may let drift pass that was found here: the
-- windows of later verdicts count what was found.
CREATE TABLE drift_report (
    gate_verdict_id bigint PRIMARY KEY REFERENCES gate_verdict ON DELETE CASCADE,
    dag_id          text NOT NULL,
    task_id         text NOT NULL,
    dataset         text NOT NULL REFERENCES dataset,
    dataset_version_id bigint NOT NULL REFERENCES dataset_version,
    partition       jsonb NOT NULL,
    found           text NOT NULL CHECK (found IN ('pass', 'fail', 'inconclusive')),
    reference_ids   bigint[] NOT NULL CHECK (cardinality(reference_ids) > 0),
    report          jsonb NOT NULL
);
CREATE INDEX drift_report_windows ON drift_report (dag_id, task_id, dataset, gate_verdict_id DESC);

GRANT SELECT ON drift_report TO workflow_worker;
GRANT INSERT ON drift_report TO workflow_worker;
