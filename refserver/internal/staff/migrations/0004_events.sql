CREATE INDEX mspkit_staff_event_kind ON mspkit_staff_event (account, kind, id);

CREATE INDEX mspkit_staff_event_at ON mspkit_staff_event (at);
