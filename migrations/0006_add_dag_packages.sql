-- The assemblies of packages that DAG code refers to. Workers get exactly these bytes, whatever their own machine has.

-- By content: versions of a DAG, and DAGs of one folder, share what is equal.
CREATE TABLE dag_assembly (
    sha256          text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 260),
    bytes           bytea NOT NULL,
    CHECK (sha256 = encode(sha256(bytes), 'hex'))
);

-- One assembly for each simple name: that is what a load context can hold.
CREATE TABLE dag_version_assembly (
    dag_version_id  bigint NOT NULL REFERENCES dag_version ON DELETE CASCADE,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 260),
    sha256          text NOT NULL REFERENCES dag_assembly,
    PRIMARY KEY (dag_version_id, name)
);
-- Whether an assembly is still in use is asked each time a version that no run used is replaced.
CREATE INDEX dag_version_assembly_by_sha256 ON dag_version_assembly (sha256);

GRANT SELECT ON dag_assembly, dag_version_assembly TO workflow_worker;
