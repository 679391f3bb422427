ALTER TABLE mspkit_staff_person ADD COLUMN name_key {text} NOT NULL DEFAULT '';

ALTER TABLE mspkit_staff_token ADD COLUMN name_key {text} NOT NULL DEFAULT '';

ALTER TABLE mspkit_staff_account ADD COLUMN name_key {text} NOT NULL DEFAULT '';
