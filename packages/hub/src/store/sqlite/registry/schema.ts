// The registry database of SQLite: apps and clients, their push credentials, the embedded provider's users and grants,
// the audit, the hub's own facts.
// An app is one JSON document; its clients and hosts have tables of their own, so that the database itself keeps them
// unique over all apps. Migrations only go forward, and a changed one is refused.
import type { Migration } from '../maintenance/migrate.ts';

export const registryMigrations: readonly Migration[] = [
  {
    name: '0001-registry',
    sql: `
CREATE TABLE app(id TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE app_client(client_id TEXT PRIMARY KEY, app TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX app_client_by_app ON app_client(app);
CREATE TABLE app_host(host TEXT PRIMARY KEY, app TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX app_host_by_app ON app_host(app);
CREATE TABLE host_claim(
  app TEXT NOT NULL, host TEXT NOT NULL, value TEXT NOT NULL, claimed_at INTEGER NOT NULL,
  PRIMARY KEY(app, host)) STRICT, WITHOUT ROWID;
CREATE TABLE credential(
  app TEXT NOT NULL, kind TEXT NOT NULL, sealed TEXT NOT NULL, shown TEXT NOT NULL, key_id TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  PRIMARY KEY(app, kind)) STRICT, WITHOUT ROWID;
CREATE TABLE part_version(part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO part_version(part, version) VALUES ('app', 1), ('credential', 1);
CREATE TABLE audit(
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, on_what TEXT NOT NULL) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'an entry of the audit is never changed'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'an entry of the audit is never removed'); END;
CREATE TABLE local_user(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
  operator INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE idp_grant(
  model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, user_code TEXT,
  expires_at INTEGER) STRICT;
CREATE UNIQUE INDEX idp_grant_by_id ON idp_grant(model, id);
CREATE INDEX idp_grant_by_grant ON idp_grant(grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX idp_grant_by_uid ON idp_grant(model, uid) WHERE uid IS NOT NULL;
CREATE INDEX idp_grant_by_user_code ON idp_grant(model, user_code) WHERE user_code IS NOT NULL;
CREATE INDEX idp_grant_by_expiry ON idp_grant(expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE fact(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE spent_ticket(id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX spent_ticket_by_expiry ON spent_ticket(expires_at);
`,
  },
  {
    name: '0002-revocation',
    sql: `
CREATE TABLE refresh_family(
  id TEXT PRIMARY KEY, account TEXT NOT NULL, client TEXT NOT NULL, grant_id TEXT NOT NULL, session TEXT,
  payload TEXT NOT NULL, spent INTEGER NOT NULL, spent_at INTEGER, started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_family_by_account ON refresh_family(account, client, started_at);
CREATE INDEX refresh_family_by_grant ON refresh_family(grant_id);
CREATE INDEX refresh_family_by_session ON refresh_family(session) WHERE session IS NOT NULL;
CREATE INDEX refresh_family_by_expiry ON refresh_family(expires_at);
CREATE TABLE revocation(subject TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER) STRICT, WITHOUT ROWID;
INSERT INTO part_version(part, version) VALUES ('revocation', 1);
`,
  },
  {
    name: '0003-disabled-users',
    sql: 'ALTER TABLE local_user ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;',
  },
  {
    name: '0004-audit-of-access',
    sql: `
ALTER TABLE audit ADD COLUMN from_address TEXT;
ALTER TABLE audit ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN kind TEXT;
DROP TRIGGER audit_is_not_removed;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit WHEN OLD.kind IS NULL
  BEGIN SELECT RAISE(ABORT, 'an entry of the audit is never removed'); END;
CREATE INDEX audit_by_kind ON audit(kind, id) WHERE kind IS NOT NULL;
`,
  },
  {
    name: '0005-grants-of-a-user',
    sql: `
ALTER TABLE idp_grant ADD COLUMN account TEXT;
UPDATE idp_grant SET account =
  coalesce(json_extract(payload, '$.accountId'), json_extract(payload, '$.session.accountId'));
CREATE INDEX idp_grant_by_account ON idp_grant(account, model) WHERE account IS NOT NULL;
`,
  },
  {
    name: '0006-ticket-holders',
    sql: 'ALTER TABLE spent_ticket ADD COLUMN holder INTEGER;',
  },
  {
    name: '0007-keys',
    sql: "INSERT INTO part_version(part, version) VALUES ('key', 1);",
  },
  {
    // Of two users whose names fold alike one keeps the key that it has, so that the start goes on: it is found by its id.
    name: '0008-folded-names',
    sql: 'UPDATE OR IGNORE local_user SET name_key = fold_name(name) WHERE name_key <> fold_name(name);',
  },
  {
    // What every commit needs of them stands in a column of its own, which is all that is read into memory.
    name: '0009-change-subscriptions',
    sql: `
CREATE TABLE change_subscription(
  id TEXT PRIMARY KEY, app TEXT NOT NULL, user_key TEXT, watch TEXT NOT NULL, doc TEXT NOT NULL, sealed TEXT NOT NULL,
  key_id TEXT NOT NULL) STRICT;
CREATE INDEX change_subscription_by_owner ON change_subscription(app, user_key);
INSERT INTO part_version(part, version) VALUES ('webhook', 1);
`,
  },
  {
    name: '0010-operators-who-read',
    sql: 'ALTER TABLE local_user ADD COLUMN operator_read INTEGER NOT NULL DEFAULT 0;',
  },
  {
    // `place` is how far it is and the step under way; what has ended has none.
    name: '0011-redrives',
    sql: `
CREATE TABLE redrive(
  id TEXT PRIMARY KEY, app TEXT, channel INTEGER, reason TEXT, dry_run INTEGER NOT NULL, state TEXT NOT NULL,
  found INTEGER NOT NULL, redriven INTEGER NOT NULL, more INTEGER NOT NULL, place TEXT, holder TEXT NOT NULL,
  held_until INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER) STRICT;
`,
  },
];
