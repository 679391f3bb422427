CREATE TABLE mspkit_staff_lock (one INTEGER PRIMARY KEY);

INSERT INTO mspkit_staff_lock (one) VALUES (1);

CREATE TABLE mspkit_staff_account (
    id {text} PRIMARY KEY,
    name {text} NOT NULL,
    opened BIGINT NOT NULL
);

CREATE TABLE mspkit_staff_person (
    id {text} PRIMARY KEY,
    email {text} NOT NULL,
    email_key {text} NOT NULL UNIQUE,
    name {text} NOT NULL,
    home {text} NOT NULL,
    password {text} NOT NULL,
    disabled BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE mspkit_staff_role (
    account {text} NOT NULL,
    person {text} NOT NULL REFERENCES mspkit_staff_person (id),
    role {text} NOT NULL,
    PRIMARY KEY (account, person, role)
);

CREATE INDEX mspkit_staff_role_person ON mspkit_staff_role (person, account, role);

CREATE TABLE mspkit_staff_link (
    hash {text} PRIMARY KEY,
    id {text} NOT NULL UNIQUE,
    kind {text} NOT NULL,
    account {text} NOT NULL,
    email {text} NOT NULL,
    email_key {text} NOT NULL,
    name {text} NOT NULL,
    home {text} NOT NULL,
    roles {text} NOT NULL,
    maker {text} NOT NULL,
    expires BIGINT NOT NULL,
    UNIQUE (kind, account, email_key)
);

CREATE INDEX mspkit_staff_link_expires ON mspkit_staff_link (expires);

CREATE TABLE mspkit_staff_session (
    hash {text} PRIMARY KEY,
    id {text} NOT NULL UNIQUE,
    person {text} NOT NULL REFERENCES mspkit_staff_person (id),
    account {text} NOT NULL,
    started BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    confirmed BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    ip {text} NOT NULL,
    agent {text} NOT NULL
);

CREATE INDEX mspkit_staff_session_person ON mspkit_staff_session (person, started);

CREATE INDEX mspkit_staff_session_deadline ON mspkit_staff_session (deadline);

CREATE TABLE mspkit_staff_token (
    hash {text} PRIMARY KEY,
    id {text} NOT NULL UNIQUE,
    account {text} NOT NULL,
    name {text} NOT NULL,
    roles {text} NOT NULL,
    issuer {text} NOT NULL REFERENCES mspkit_staff_person (id),
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT NOT NULL
);

CREATE INDEX mspkit_staff_token_account ON mspkit_staff_token (account, id);

CREATE TABLE mspkit_staff_try (
    hash {text} PRIMARY KEY,
    until BIGINT NOT NULL
);

CREATE INDEX mspkit_staff_try_until ON mspkit_staff_try (until);

CREATE TABLE mspkit_staff_event (
    id {text} PRIMARY KEY,
    at BIGINT NOT NULL,
    account {text} NOT NULL,
    kind {text} NOT NULL,
    by_id {text} NOT NULL,
    by_name {text} NOT NULL,
    on_id {text} NOT NULL,
    on_name {text} NOT NULL,
    detail {text} NOT NULL,
    ip {text} NOT NULL
);

CREATE INDEX mspkit_staff_event_account ON mspkit_staff_event (account, id);
