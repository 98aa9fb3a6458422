-- What an engine must at least be to run the version's code (EngineVersion.CodeLevel). During an upgrade a worker of an older build leaves
-- such runs to the newer ones instead of failing them.
ALTER TABLE dag_version ADD COLUMN code_level int NOT NULL DEFAULT 1 CHECK (code_level > 0);
