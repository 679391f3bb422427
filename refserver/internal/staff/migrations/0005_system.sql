CREATE TABLE mspkit_staff_system (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    account {text} NOT NULL
);
