-- Pushes of locations as long work.

CREATE TABLE mspkit_push_run (
	account {text} NOT NULL,
	id {text} NOT NULL,
	project {text} NOT NULL,
	set_id {text} NOT NULL,
	started_by {text} NOT NULL,
	state {text} NOT NULL,
	seen_ours BIGINT NOT NULL,
	seen_theirs BIGINT NOT NULL,
	overwrite BOOLEAN NOT NULL,
	plan {text} NOT NULL,
	staged BIGINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	moved BIGINT NOT NULL,
	deactivated BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	refusal {text} NOT NULL,
	reason {text} NOT NULL,
	last_error {text} NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_push_run_project ON mspkit_push_run (account, project, id);
CREATE UNIQUE INDEX mspkit_push_run_running ON mspkit_push_run (account, project) WHERE state = 'running';
