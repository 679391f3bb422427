-- Organizations, and what accounts see of others' and lay over them. Rows of mspkit_named and mspkit_sight are made of the other tables, by
-- whoever writes those, and for the account that looks.

CREATE TABLE mspkit_tenant (
	account {text} PRIMARY KEY,
	name {text} NOT NULL,
	directory {text} NOT NULL,
	organization {text} NOT NULL,
	version BIGINT NOT NULL
);
CREATE INDEX mspkit_tenant_directory ON mspkit_tenant (directory, account) WHERE directory <> '';

CREATE TABLE mspkit_trust (
	account {text} NOT NULL,
	other {text} NOT NULL,
	state {text} NOT NULL,
	since_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, other)
){clustered};
CREATE INDEX mspkit_trust_other ON mspkit_trust (other, account);

CREATE TABLE mspkit_service (
	account {text} NOT NULL,
	id {text} NOT NULL,
	name {text} NOT NULL,
	provider {text} NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);

CREATE TABLE mspkit_agreement (
	account {text} NOT NULL,
	id {text} NOT NULL,
	kind {text} NOT NULL,
	with_account {text} NOT NULL,
	service {text} NOT NULL,
	provider_account {text} NOT NULL,
	provider_org {text} NOT NULL,
	customer_account {text} NOT NULL,
	customer_org {text} NOT NULL,
	prepared BOOLEAN NOT NULL,
	start_date {text} NOT NULL,
	expiry_date {text} NOT NULL,
	zone {text} NOT NULL,
	from_at BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_agreement_with ON mspkit_agreement (with_account, account, id);
CREATE INDEX mspkit_agreement_service ON mspkit_agreement (account, service, id);

CREATE TABLE mspkit_organization (
	account {text} NOT NULL,
	id {text} NOT NULL,
	name {text} NOT NULL,
	card {text} NOT NULL,
	disabled BOOLEAN NOT NULL,
	revision BIGINT NOT NULL,
	local_fields {blob} NOT NULL,
	parent {text} NOT NULL,
	manager {text} NOT NULL,
	region {text} NOT NULL,
	source {text} NOT NULL,
	source_id {text} NOT NULL,
	internal BOOLEAN NOT NULL,
	deleted BOOLEAN NOT NULL,
	sort_key {text} NOT NULL,
	shared_search {text} NOT NULL,
	local_search {text} NOT NULL,
	custom_search {text} NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX mspkit_organization_id ON mspkit_organization (id);
CREATE UNIQUE INDEX mspkit_organization_name ON mspkit_organization (account, name) WHERE NOT deleted;
CREATE INDEX mspkit_organization_sorted ON mspkit_organization (account, sort_key, id) WHERE NOT deleted;
CREATE INDEX mspkit_organization_parent ON mspkit_organization (account, parent, id);

-- Which organizations an agreement names, once for each of the two accounts that take part in it.
CREATE TABLE mspkit_named (
	viewer {text} NOT NULL,
	org {text} NOT NULL,
	owner {text} NOT NULL,
	account {text} NOT NULL,
	agreement {text} NOT NULL,
	side {text} NOT NULL,
	opens BOOLEAN NOT NULL,
	from_at BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	PRIMARY KEY (viewer, org, owner, account, agreement, side)
){clustered};
CREATE INDEX mspkit_named_agreement ON mspkit_named (account, agreement);
CREATE INDEX mspkit_named_org ON mspkit_named (org, owner);

-- What an account may see of others' organizations, in the order of lists: from the first to the last moment of its agreements.
CREATE TABLE mspkit_sight (
	viewer {text} NOT NULL,
	sort_key {text} NOT NULL,
	org {text} NOT NULL,
	owner {text} NOT NULL,
	from_at BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	reasons BIGINT NOT NULL,
	PRIMARY KEY (viewer, sort_key, org)
){clustered};
CREATE INDEX mspkit_sight_org ON mspkit_sight (org, viewer);

CREATE TABLE mspkit_overlay (
	account {text} NOT NULL,
	org {text} NOT NULL,
	owner {text} NOT NULL,
	local_fields {blob} NOT NULL,
	stamps {text} NOT NULL,
	hidden_at BIGINT NOT NULL,
	local_search {text} NOT NULL,
	custom_search {text} NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, org)
);

-- Which contents the attachments of an organization or of an overlay name.
CREATE TABLE mspkit_attached (
	account {text} NOT NULL,
	org {text} NOT NULL,
	overlay BOOLEAN NOT NULL,
	content {text} NOT NULL,
	PRIMARY KEY (account, org, overlay, content)
){clustered};
CREATE INDEX mspkit_attached_content ON mspkit_attached (account, content);

CREATE TABLE mspkit_content (
	account {text} NOT NULL,
	content {text} NOT NULL,
	number BIGINT NOT NULL,
	data {blob} NOT NULL,
	PRIMARY KEY (account, content, number)
);

CREATE TABLE mspkit_claim (
	account {text} NOT NULL,
	key {text} NOT NULL,
	slot {text} NOT NULL,
	org {text} NOT NULL,
	PRIMARY KEY (account, key, slot)
){clustered};
CREATE INDEX mspkit_claim_org ON mspkit_claim (account, org);

CREATE TABLE mspkit_extension (
	account {text} NOT NULL,
	id {text} NOT NULL,
	number BIGINT NOT NULL,
	name {text} NOT NULL,
	category {text} NOT NULL,
	state {text} NOT NULL,
	disabled BOOLEAN NOT NULL,
	fields {text} NOT NULL,
	changed_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id, number)
);
CREATE UNIQUE INDEX mspkit_extension_active ON mspkit_extension (account, category) WHERE state = 'active';

CREATE TABLE mspkit_person (
	account {text} NOT NULL,
	id {text} NOT NULL,
	name {text} NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);

CREATE TABLE mspkit_org_history (
	account {text} NOT NULL,
	id {text} NOT NULL,
	happened_at BIGINT NOT NULL,
	actor {text} NOT NULL,
	home {text} NOT NULL,
	kind {text} NOT NULL,
	subject {text} NOT NULL,
	subject_version BIGINT NOT NULL,
	action {text} NOT NULL,
	changes {text} NOT NULL,
	why {text} NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX mspkit_org_history_subject ON mspkit_org_history (account, subject, id);
