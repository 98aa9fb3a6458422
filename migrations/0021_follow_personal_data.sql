-- Which columns hold values of which others, in any version that was ever published: a slice made of other data than the newest, or a column
-- that is made no more, is still shown with its version. How rows were chosen or ordered is no value.
CREATE TABLE column_origin (
    dataset         text NOT NULL,
    column_name     text NOT NULL,
    parent_dataset  text NOT NULL,
    -- Null for all of them: what could not be told apart.
    parent_column   text,
    UNIQUE NULLS NOT DISTINCT (dataset, column_name, parent_dataset, parent_column)
);

-- What has lineage as a whole has it in each column.
CREATE VIEW column_value AS
SELECT DISTINCT v.dataset_version_id, v.dataset, coalesce(l.column_name, d ->> 'name') AS column_name, l.parent_dataset, l.parent_column
FROM dataset_version v JOIN column_lineage l USING (dataset_version_id)
    LEFT JOIN jsonb_array_elements(v.columns) AS d ON l.column_name IS NULL
WHERE l.how IN ('identity', 'transformation', 'aggregation') AND coalesce(l.column_name, d ->> 'name') IS NOT NULL;

INSERT INTO column_origin (dataset, column_name, parent_dataset, parent_column)
SELECT DISTINCT o.dataset, o.column_name, o.parent_dataset, o.parent_column
FROM column_value o JOIN dataset_version v USING (dataset_version_id) WHERE v.version IS NOT NULL;

CREATE FUNCTION note_origins() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO column_origin (dataset, column_name, parent_dataset, parent_column)
    SELECT o.dataset, o.column_name, o.parent_dataset, o.parent_column
    FROM column_value o WHERE o.dataset_version_id = NEW.dataset_version_id
    ORDER BY o.column_name, o.parent_dataset, o.parent_column
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER dataset_version_origins AFTER UPDATE OF published_at ON dataset_version FOR EACH ROW
WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL) EXECUTE FUNCTION note_origins();

-- Of which columns of a dataset no values are shown: those that its contract calls personal, and those whose values come from such columns of
-- another dataset; also those computed from many, as the mean of a few tells of each. The nearest contract that names a column decides, so that
-- one may say that what was made of personal data is none any more. Where nobody knows what comes from what, a column is taken for that of the
-- same name, or else for all of them.
CREATE FUNCTION personal_columns(of_dataset text) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    WITH RECURSIVE promised AS (
        SELECT c.dataset, d ->> 'name' AS column_name, d ->> 'personal_data' <> 'none' AS is_personal
        FROM contract c JOIN contract_version v ON v.dataset = c.dataset AND v.version = c.last_version,
            jsonb_array_elements(v.contract -> 'columns') AS d
    ), newest AS (
        SELECT * FROM dataset_version WHERE dataset = of_dataset AND version IS NOT NULL ORDER BY version DESC LIMIT 1
    ), flow (dataset, column_name, shown) AS (
        SELECT dataset, column_name, column_name FROM promised WHERE dataset = of_dataset
        UNION
        SELECT dataset, column_name, column_name FROM column_origin WHERE dataset = of_dataset
        UNION
        -- A row that did not fit is of the dataset that the same attempt made of those that did.
        SELECT p.dataset, p.column_name, 'raw'
        FROM newest n JOIN dataset_version v USING (run_id, task_index, map_index, attempt) JOIN promised p ON p.dataset = v.dataset
        WHERE n.columns @> '[{"name": "line_number"}, {"name": "raw"}]' AND v.dataset <> n.dataset
        UNION
        SELECT edge.parent_dataset, coalesce(edge.parent_column, taken.column_name), f.shown
        FROM flow f JOIN column_origin AS edge ON edge.dataset = f.dataset AND edge.column_name = f.column_name
        LEFT JOIN LATERAL (
            SELECT any_of.column_name, bool_or(any_of.column_name = f.column_name) OVER () AS is_there
            FROM (SELECT p.column_name FROM promised p WHERE p.dataset = edge.parent_dataset
                UNION
                SELECT o.column_name FROM column_origin o WHERE o.dataset = edge.parent_dataset
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
    EXECUTE format('ALTER FUNCTION note_origins() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION personal_columns(text) SET search_path = %I, pg_temp', current_schema());
END $$;

GRANT SELECT ON column_origin TO workflow_worker;
