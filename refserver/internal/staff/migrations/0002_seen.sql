CREATE TABLE mspkit_staff_seen (
    account {text} NOT NULL,
    person {text} NOT NULL REFERENCES mspkit_staff_person (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (account, person)
);

INSERT INTO mspkit_staff_seen (account, person, at)
    SELECT account, person, MAX(seen) FROM mspkit_staff_session GROUP BY account, person;
