-- Of which columns of a dataset no values are shown: those that its contract calls personal, and those whose values come, as they are or computed
-- row by row, from such columns of another dataset. The nearest contract that names a column decides, so that one may say that what was made of
-- personal data is none any more. Where nobody knows what comes from what, a column is taken for that of the same name.
CREATE FUNCTION personal_columns(of_dataset text) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    WITH RECURSIVE promised AS (
        SELECT c.dataset, d ->> 'name' AS column_name, d ->> 'personal_data' <> 'none' AS is_personal
        FROM contract c JOIN contract_version v ON v.dataset = c.dataset AND v.version = c.last_version,
            jsonb_array_elements(v.contract -> 'columns') AS d
    ), flow (dataset, column_name, shown) AS (
        SELECT dataset, column_name, column_name FROM promised WHERE dataset = of_dataset
        UNION
        SELECT of_dataset, d ->> 'name', d ->> 'name'
        FROM (SELECT columns FROM dataset_version WHERE dataset = of_dataset AND version IS NOT NULL ORDER BY version DESC LIMIT 1) AS newest,
            jsonb_array_elements(newest.columns) AS d
        UNION
        SELECT l.parent_dataset, coalesce(l.parent_column, f.column_name), f.shown
        FROM flow f
        CROSS JOIN LATERAL (
            SELECT dataset_version_id FROM dataset_version v
            WHERE v.dataset = f.dataset AND v.version IS NOT NULL ORDER BY v.version DESC LIMIT 1) AS newest
        JOIN column_lineage l ON l.dataset_version_id = newest.dataset_version_id
            AND l.how IN ('identity', 'transformation') AND coalesce(l.column_name, f.column_name) = f.column_name
        WHERE NOT EXISTS (SELECT FROM promised p WHERE p.dataset = f.dataset AND p.column_name = f.column_name)
    )
    SELECT DISTINCT f.shown FROM flow f JOIN promised p ON p.dataset = f.dataset AND p.column_name = f.column_name WHERE p.is_personal
$$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION personal_columns(text) SET search_path = %I, pg_temp', current_schema());
END $$;
