-- A receiver that is away is waited for without end; an event that it does not take while it takes others is not.
ALTER TABLE lineage_event
    -- When it failed last, and how often it did although another was delivered since it had failed before.
    ADD COLUMN failed_at timestamptz,
    ADD COLUMN stumbles int NOT NULL DEFAULT 0;

-- What was tried counts no longer when it is taken, but when it failed.
UPDATE lineage_event SET tries = greatest(tries - 1, 0) WHERE delivered_at IS NULL AND tries > 0;

CREATE INDEX lineage_event_delivered ON lineage_event (delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX lineage_event_settled ON lineage_event (created_at) WHERE delivered_at IS NOT NULL OR refused IS NOT NULL;
