-- What producers promise of their datasets. Loading a DAG registers its contracts in the transaction that stores its version, or refuses both.

CREATE TABLE contract (
    dataset         text PRIMARY KEY CHECK (length(dataset) BETWEEN 1 AND 200),
    last_version    int NOT NULL DEFAULT 0 CHECK (last_version >= 0)
);

CREATE TABLE contract_version (
    dataset         text NOT NULL REFERENCES contract,
    version         int NOT NULL CHECK (version > 0),
    contract        jsonb NOT NULL CHECK (jsonb_typeof(contract) = 'object'),
    hash            text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    compatibility   text NOT NULL CHECK (compatibility IN (
        'none', 'backward', 'backward_transitive', 'forward', 'forward_transitive', 'full', 'full_transitive')),
    dag_id          text NOT NULL,
    -- The number of the DAG version that brought it; null where a person accepted what a DAG declared and no DAG version was stored yet.
    dag_version     int,
    registered_at   timestamptz NOT NULL DEFAULT now(),
    -- A break that a person allowed: nothing before it is promised any more.
    accepted_by     text,
    reason          text CHECK (length(reason) > 0),
    PRIMARY KEY (dataset, version),
    CHECK ((accepted_by IS NULL) = (reason IS NULL)),
    CHECK ((accepted_by IS NULL) = (dag_version IS NOT NULL))
);
CREATE INDEX contract_version_by_hash ON contract_version (dataset, hash);

-- Data refer to the version that they met: it never changes, and the record of who accepted a break cannot be lost.
CREATE FUNCTION refuse_contract_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'version % of the contract of "%" is registered and cannot change', OLD.version, OLD.dataset USING ERRCODE = 'WF001';
END $$;
CREATE TRIGGER contract_version_immutable BEFORE UPDATE OR DELETE ON contract_version
FOR EACH ROW EXECUTE FUNCTION refuse_contract_change();

-- What each DAG declares now. Several may declare different versions of one contract: loading one of them again changes nothing.
CREATE TABLE contract_declaration (
    dag_id          text NOT NULL REFERENCES dag ON DELETE CASCADE,
    dataset         text NOT NULL,
    version         int NOT NULL,
    PRIMARY KEY (dag_id, dataset),
    FOREIGN KEY (dataset, version) REFERENCES contract_version
);

-- What is refused at this moment, for people to look at and to accept. Gone as soon as the file no longer says it.
CREATE TABLE contract_refusal (
    dag_id          text NOT NULL,
    dataset         text NOT NULL,
    file            text NOT NULL,
    contract        jsonb NOT NULL,
    hash            text NOT NULL,
    message         text NOT NULL,
    refused_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dag_id, dataset)
);

ALTER TABLE dataset_version
    ADD COLUMN contract_version int,
    ADD CONSTRAINT dataset_version_contract FOREIGN KEY (dataset, contract_version) REFERENCES contract_version;

GRANT SELECT ON contract, contract_version, contract_declaration, contract_refusal TO workflow_worker;
GRANT INSERT (contract_version) ON dataset_version TO workflow_worker;
