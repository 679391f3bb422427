-- One source for every dialect: a word in braces stands for a column type, or for rows that are kept in their key's order. Times are microseconds since 1970 in UTC. Every
-- key but the message queue's id begins with the account, so that none crosses accounts.

CREATE TABLE mspkit_module (
	account {text} PRIMARY KEY,
	enabled BOOLEAN NOT NULL,
	version BIGINT NOT NULL
);

CREATE TABLE mspkit_partner (
	account {text} NOT NULL,
	id {text} NOT NULL,
	name {text} NOT NULL,
	url {text} NOT NULL,
	state {text} NOT NULL,
	keys {text} NOT NULL,
	paired_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);

CREATE TABLE mspkit_partner_key (
	account {text} NOT NULL,
	id {text} NOT NULL,
	partner {text} NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_partner_key_partner ON mspkit_partner_key (account, partner);

CREATE TABLE mspkit_invitation (
	account {text} NOT NULL,
	id {text} NOT NULL,
	token_hash {text} NOT NULL,
	origin {text} NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_by {text} NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX mspkit_invitation_token ON mspkit_invitation (account, token_hash);

CREATE TABLE mspkit_client (
	account {text} NOT NULL,
	id {text} NOT NULL,
	name {text} NOT NULL,
	origin_system {text} NOT NULL,
	origin_id {text} NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX mspkit_client_origin ON mspkit_client (account, origin_system, origin_id)
	WHERE origin_system <> '' OR origin_id <> '';

CREATE TABLE mspkit_survey (
	account {text} NOT NULL,
	id {text} NOT NULL,
	client {text} NOT NULL,
	content {text} NOT NULL,
	revision BIGINT NOT NULL,
	origin_system {text} NOT NULL,
	origin_id {text} NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_survey_client ON mspkit_survey (account, client, id);
CREATE UNIQUE INDEX mspkit_survey_origin ON mspkit_survey (account, origin_system, origin_id)
	WHERE origin_system <> '' OR origin_id <> '';

CREATE TABLE mspkit_exchange (
	account {text} NOT NULL,
	project {text} NOT NULL,
	rev BIGINT NOT NULL,
	content {text} NOT NULL,
	questions {text} NOT NULL,
	exchanged_at BIGINT NOT NULL,
	PRIMARY KEY (account, project, rev)
);

CREATE TABLE mspkit_project (
	account {text} NOT NULL,
	id {text} NOT NULL,
	party {text} NOT NULL,
	partner {text} NOT NULL,
	client {text} NOT NULL,
	survey {text} NOT NULL,
	client_name {text} NOT NULL,
	survey_name {text} NOT NULL,
	their_client {text} NOT NULL,
	their_survey {text} NOT NULL,
	target {text} NOT NULL,
	state {text} NOT NULL,
	reason {text} NOT NULL,
	attention {text} NOT NULL,
	terms {text} NOT NULL,
	terms_rev BIGINT NOT NULL,
	contact {text} NOT NULL,
	sharing BOOLEAN NOT NULL,
	asked {text} NOT NULL,
	answer_rev BIGINT NOT NULL,
	confirmed BOOLEAN NOT NULL,
	survey_rev BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_project_client ON mspkit_project (account, client, id);
CREATE INDEX mspkit_project_partner ON mspkit_project (account, partner, id);
CREATE UNIQUE INDEX mspkit_project_current ON mspkit_project (account, partner, client, survey)
	WHERE party = 'primary' AND state IN ('proposed', 'accepted');
CREATE UNIQUE INDEX mspkit_project_pending ON mspkit_project (account, partner, client)
	WHERE party = 'primary' AND state = 'proposed' AND target = 'new_client';

CREATE TABLE mspkit_shop (
	account {text} NOT NULL,
	id {text} NOT NULL,
	client {text} NOT NULL,
	survey {text} NOT NULL,
	shopper {text} NOT NULL,
	wave {text} NOT NULL,
	pay {text} NOT NULL,
	payable BOOLEAN NOT NULL,
	place {text} NOT NULL,
	status {text} NOT NULL,
	questions {text} NOT NULL,
	start_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	submit_due_at BIGINT NOT NULL,
	shopped_at BIGINT NOT NULL,
	submitted_at BIGINT NOT NULL,
	report_at BIGINT NOT NULL,
	answers {text} NOT NULL,
	earned {text} NOT NULL,
	possible {text} NOT NULL,
	scored_by {text} NOT NULL,
	sections {text} NOT NULL,
	comments {text} NOT NULL,
	reviewer_comments {text} NOT NULL,
	origin_system {text} NOT NULL,
	origin_id {text} NOT NULL,
	epoch BIGINT NOT NULL,
	awaiting BOOLEAN NOT NULL,
	saved_by {text} NOT NULL,
	saved_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_shop_survey ON mspkit_shop (account, survey, id, status);
CREATE INDEX mspkit_shop_client ON mspkit_shop (account, client, id);
CREATE UNIQUE INDEX mspkit_shop_origin ON mspkit_shop (account, origin_system, origin_id)
	WHERE origin_system <> '' OR origin_id <> '';

CREATE TABLE mspkit_link (
	account {text} NOT NULL,
	partner {text} NOT NULL,
	remote {text} NOT NULL,
	shop {text} NOT NULL,
	project {text} NOT NULL,
	epoch BIGINT NOT NULL,
	rev BIGINT NOT NULL,
	digest {text} NOT NULL,
	saved BIGINT NOT NULL,
	return_state {text} NOT NULL,
	detail {text} NOT NULL,
	changed_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, partner, remote)
){clustered};
CREATE UNIQUE INDEX mspkit_link_shop ON mspkit_link (account, shop);

CREATE TABLE mspkit_event (
	account {text} NOT NULL,
	partner {text} NOT NULL,
	remote {text} NOT NULL,
	epoch BIGINT NOT NULL,
	kind {text} NOT NULL,
	shop {text} NOT NULL,
	project {text} NOT NULL,
	run {text} NOT NULL,
	terms_rev BIGINT NOT NULL,
	digest {text} NOT NULL,
	happened_at BIGINT NOT NULL,
	PRIMARY KEY (account, partner, remote, epoch)
);
CREATE INDEX mspkit_event_run ON mspkit_event (account, run, partner, remote, epoch);

CREATE TABLE mspkit_run (
	account {text} NOT NULL,
	id {text} NOT NULL,
	project {text} NOT NULL,
	kind {text} NOT NULL,
	state {text} NOT NULL,
	reason {text} NOT NULL,
	started_by {text} NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	progress {text} NOT NULL,
	pages BIGINT NOT NULL,
	page_size BIGINT NOT NULL,
	chosen {text} NOT NULL,
	overwrite BOOLEAN NOT NULL,
	counts {text} NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_run_project ON mspkit_run (account, project, id);
CREATE UNIQUE INDEX mspkit_run_running ON mspkit_run (account, project) WHERE state = 'running';

CREATE TABLE mspkit_run_item (
	account {text} NOT NULL,
	run {text} NOT NULL,
	remote {text} NOT NULL,
	place {text} NOT NULL,
	status {text} NOT NULL,
	reasons {text} NOT NULL,
	PRIMARY KEY (account, run, remote)
);

CREATE TABLE mspkit_history (
	account {text} NOT NULL,
	id {text} NOT NULL,
	happened_at BIGINT NOT NULL,
	actor {text} NOT NULL,
	subject_kind {text} NOT NULL,
	subject_id {text} NOT NULL,
	project {text} NOT NULL,
	action {text} NOT NULL,
	changes {text} NOT NULL,
	why {text} NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_history_subject ON mspkit_history (account, subject_kind, subject_id, id);
CREATE INDEX mspkit_history_project ON mspkit_history (account, project, id) WHERE project <> '';

CREATE TABLE mspkit_nonce (
	account {text} NOT NULL,
	partner {text} NOT NULL,
	nonce {text} NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (account, partner, nonce)
);
CREATE INDEX mspkit_nonce_expires ON mspkit_nonce (account, expires_at);

CREATE TABLE mspkit_reply (
	account {text} NOT NULL,
	partner {text} NOT NULL,
	key {text} NOT NULL,
	digest {text} NOT NULL,
	body {blob} NOT NULL,
	kept_at BIGINT NOT NULL,
	PRIMARY KEY (account, partner, key)
);
CREATE INDEX mspkit_reply_kept ON mspkit_reply (account, kept_at);

CREATE TABLE mspkit_message (
	id {serial},
	account {text} NOT NULL,
	domain {text} NOT NULL,
	key {text} NOT NULL,
	stream {text} NOT NULL,
	kind {text} NOT NULL,
	payload {blob} NOT NULL,
	state {text} NOT NULL,
	attempts BIGINT NOT NULL,
	next_at BIGINT NOT NULL,
	reason {text} NOT NULL,
	holder {text} NOT NULL,
	token BIGINT NOT NULL,
	leased_until BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	settled_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX mspkit_message_key ON mspkit_message (account, key);
CREATE INDEX mspkit_message_list ON mspkit_message (account, state, id);
CREATE INDEX mspkit_message_open ON mspkit_message (id) WHERE state IN ('waiting', 'leased');
CREATE INDEX mspkit_message_stream ON mspkit_message (account, stream, id) WHERE state IN ('waiting', 'leased');

CREATE TABLE mspkit_head (
	account {text} NOT NULL,
	set_id {text} NOT NULL,
	revision BIGINT NOT NULL,
	root {text} NOT NULL,
	nodes BIGINT NOT NULL,
	source BIGINT NOT NULL,
	PRIMARY KEY (account, set_id)
);

CREATE TABLE mspkit_node (
	account {text} NOT NULL,
	set_id {text} NOT NULL,
	key {text} NOT NULL,
	parent {text} NOT NULL,
	level BIGINT NOT NULL,
	name {text} NOT NULL,
	inactive BOOLEAN NOT NULL,
	address1 {text} NOT NULL,
	address2 {text} NOT NULL,
	city {text} NOT NULL,
	region {text} NOT NULL,
	country {text} NOT NULL,
	postal_code {text} NOT NULL,
	phone {text} NOT NULL,
	area_code {text} NOT NULL,
	email {text} NOT NULL,
	hours {text} NOT NULL,
	days_open {text} NOT NULL,
	place_group {text} NOT NULL,
	attributes {text} NOT NULL,
	own {text} NOT NULL,
	sub {text} NOT NULL,
	edited BOOLEAN NOT NULL,
	PRIMARY KEY (account, set_id, key)
){clustered};
CREATE INDEX mspkit_node_parent ON mspkit_node (account, set_id, parent, key);

CREATE TABLE mspkit_staged (
	account {text} NOT NULL,
	push {text} NOT NULL,
	key {text} NOT NULL,
	parent {text} NOT NULL,
	level BIGINT NOT NULL,
	name {text} NOT NULL,
	inactive BOOLEAN NOT NULL,
	address1 {text} NOT NULL,
	address2 {text} NOT NULL,
	city {text} NOT NULL,
	region {text} NOT NULL,
	country {text} NOT NULL,
	postal_code {text} NOT NULL,
	phone {text} NOT NULL,
	area_code {text} NOT NULL,
	email {text} NOT NULL,
	hours {text} NOT NULL,
	days_open {text} NOT NULL,
	place_group {text} NOT NULL,
	attributes {text} NOT NULL,
	own {text} NOT NULL,
	sub {text} NOT NULL,
	edited BOOLEAN NOT NULL,
	PRIMARY KEY (account, push, key)
){clustered};

CREATE TABLE mspkit_place_history (
	account {text} NOT NULL,
	id {text} NOT NULL,
	happened_at BIGINT NOT NULL,
	actor {text} NOT NULL,
	set_id {text} NOT NULL,
	project {text} NOT NULL,
	action {text} NOT NULL,
	changes {text} NOT NULL,
	note {text} NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_place_history_set ON mspkit_place_history (account, set_id, id);
