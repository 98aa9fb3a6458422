-- Profiles that add up. A sketch is what a profile was made from; the sketches of slices make the profile of a dataset as a whole. Null for
-- versions that were written before there were any.

ALTER TABLE dataset_version ADD COLUMN sketch bytea;
-- It is packed already.
ALTER TABLE dataset_version ALTER COLUMN sketch SET STORAGE EXTERNAL;

GRANT INSERT (sketch) ON dataset_version TO workflow_worker;
