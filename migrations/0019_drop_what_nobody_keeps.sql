-- What attempts read goes with its run: the rows of runs that went before are nobody's.
DELETE FROM attempt_input i WHERE NOT EXISTS (SELECT 1 FROM dag_run r WHERE r.run_id = i.run_id);

-- A version that is deleted looks for the reports that are about it.
CREATE INDEX drift_report_version ON drift_report (dataset_version_id);

-- What a DAG that is out of service said of its datasets is nobody's word any more: their content stays.
UPDATE dataset d SET declared_by = NULL, description = '', owner = '', tags = '{}', keep_versions = NULL, keep_for = NULL, cold_after = NULL
FROM dag WHERE dag.dag_id = d.declared_by AND NOT dag.is_active;
