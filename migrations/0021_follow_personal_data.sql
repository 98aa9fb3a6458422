-- Of which columns of a dataset no values are shown: those that its contract calls personal, and those whose values come from such columns of
-- another dataset; also those computed from many, as the mean of a few tells of each. The nearest contract that names a column decides, so that
-- one may say that what was made of personal data is none any more. Where nobody knows what comes from what, a column is taken for that of the
-- same name, or else for all of them. What each producer made last says what comes from what.
CREATE FUNCTION personal_columns(of_dataset text) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    WITH RECURSIVE promised AS (
        SELECT c.dataset, d ->> 'name' AS column_name, d ->> 'personal_data' <> 'none' AS is_personal
        FROM contract c JOIN contract_version v ON v.dataset = c.dataset AND v.version = c.last_version,
            jsonb_array_elements(v.contract -> 'columns') AS d
    ), made AS MATERIALIZED (
        SELECT DISTINCT n.dataset, l.column_name, l.parent_dataset, l.parent_column
        FROM newest_of_producer n JOIN column_lineage l USING (dataset_version_id)
        WHERE l.how IN ('identity', 'transformation', 'aggregation')
    ), newest AS (
        SELECT * FROM dataset_version WHERE dataset = of_dataset AND version IS NOT NULL ORDER BY version DESC LIMIT 1
    ), flow (dataset, column_name, shown) AS (
        SELECT dataset, column_name, column_name FROM promised WHERE dataset = of_dataset
        UNION
        SELECT n.dataset, d ->> 'name', d ->> 'name' FROM newest n, jsonb_array_elements(n.columns) AS d
        UNION
        -- A row that did not fit is of the dataset that the same attempt made of those that did.
        SELECT p.dataset, p.column_name, 'raw'
        FROM newest n JOIN dataset_version v USING (run_id, task_index, map_index, attempt) JOIN promised p ON p.dataset = v.dataset
        WHERE n.columns @> '[{"name": "line_number"}, {"name": "raw"}]' AND v.dataset <> n.dataset
        UNION
        SELECT edge.parent_dataset, coalesce(edge.parent_column, taken.column_name), f.shown
        FROM flow f JOIN made AS edge ON edge.dataset = f.dataset AND coalesce(edge.column_name, f.column_name) = f.column_name
        LEFT JOIN LATERAL (
            SELECT any_of.column_name, bool_or(any_of.column_name = f.column_name) OVER () AS is_there
            FROM (SELECT p.column_name FROM promised p WHERE p.dataset = edge.parent_dataset
                UNION
                SELECT d ->> 'name'
                FROM (SELECT columns FROM dataset_version v
                    WHERE v.dataset = edge.parent_dataset AND v.version IS NOT NULL ORDER BY v.version DESC LIMIT 1) AS parent,
                    jsonb_array_elements(parent.columns) AS d) AS any_of
            WHERE edge.parent_column IS NULL) AS taken ON true
        WHERE (edge.parent_column IS NOT NULL OR taken.column_name = f.column_name OR NOT taken.is_there)
            AND NOT EXISTS (SELECT FROM promised p WHERE p.dataset = f.dataset AND p.column_name = f.column_name)
    )
    SELECT DISTINCT f.shown FROM flow f JOIN promised p ON p.dataset = f.dataset AND p.column_name = f.column_name WHERE p.is_personal
$$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION personal_columns(text) SET search_path = %I, pg_temp', current_schema());
END $$;

GRANT SELECT ON newest_of_producer TO workflow_worker;
