CREATE TABLE mspkit_staff_change (
    account {text} NOT NULL,
    person {text} NOT NULL REFERENCES mspkit_staff_person (id),
    changes BIGINT NOT NULL,
    PRIMARY KEY (account, person)
);
