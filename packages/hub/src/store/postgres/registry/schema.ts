// The registry tables of PostgreSQL, named as those of SQLite; they may share a database with the feed tables.
// An app is one JSON document; its clients and hosts have tables of their own, so that the database itself keeps them
// unique over all apps. Documents are text, not jsonb, which refuses an escaped U+0000. Migrations only go forward and
// only add, since hubs of two versions run side by side during an update; a changed one is refused.

import type { ClientBase } from 'pg';
import { foldName } from '../../../model/fold-name.ts';
import { decodeText } from '../../columns.ts';
import type { Migration } from '../maintenance/migrate.ts';
import { packText, unpackText } from './text.ts';

export const registryMigrations: readonly Migration[] = [
  {
    name: '0001-registry',
    sql: `
CREATE TABLE app(id text COLLATE "C" PRIMARY KEY, doc text NOT NULL);
CREATE TABLE app_client(client_id text PRIMARY KEY, app text NOT NULL);
CREATE INDEX app_client_by_app ON app_client(app);
CREATE TABLE app_host(host text PRIMARY KEY, app text NOT NULL);
CREATE INDEX app_host_by_app ON app_host(app);
CREATE TABLE host_claim(
  app text NOT NULL, host text COLLATE "C" NOT NULL, value text NOT NULL, claimed_at bigint NOT NULL,
  PRIMARY KEY (app, host));
CREATE TABLE credential(
  app text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, sealed text NOT NULL, shown text NOT NULL,
  key_id text NOT NULL, set_at bigint NOT NULL,
  PRIMARY KEY (app, kind));
CREATE TABLE part_version(part text PRIMARY KEY, version bigint NOT NULL);
INSERT INTO part_version(part, version) VALUES ('app', 1), ('credential', 1);
CREATE TABLE audit(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, who text NOT NULL, what text NOT NULL,
  on_what text NOT NULL);
CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'an entry of the audit is never changed and never removed'; END $$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
CREATE TABLE local_user(
  id text PRIMARY KEY, name text NOT NULL, name_key text COLLATE "C" NOT NULL UNIQUE, password_hash text NOT NULL,
  operator boolean NOT NULL);
CREATE TABLE idp_grant(
  model text NOT NULL, id text NOT NULL, payload text NOT NULL, consumed bigint, grant_id text, uid text,
  user_code text, expires_at bigint,
  PRIMARY KEY (model, id));
CREATE INDEX idp_grant_by_grant ON idp_grant(grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX idp_grant_by_uid ON idp_grant(model, uid) WHERE uid IS NOT NULL;
CREATE INDEX idp_grant_by_user_code ON idp_grant(model, user_code) WHERE user_code IS NOT NULL;
CREATE INDEX idp_grant_by_expiry ON idp_grant(expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE fact(key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE spent_ticket(id text PRIMARY KEY, expires_at bigint NOT NULL);
CREATE INDEX spent_ticket_by_expiry ON spent_ticket(expires_at);
`,
  },
  {
    name: '0002-revocation',
    sql: `
CREATE TABLE refresh_family(
  id text COLLATE "C" PRIMARY KEY, account text NOT NULL, client text NOT NULL, grant_id text NOT NULL, session text,
  payload text NOT NULL, spent bigint NOT NULL, spent_at bigint, started_at bigint NOT NULL, expires_at bigint NOT NULL);
CREATE INDEX refresh_family_by_account ON refresh_family(account, client, started_at);
CREATE INDEX refresh_family_by_grant ON refresh_family(grant_id);
CREATE INDEX refresh_family_by_session ON refresh_family(session) WHERE session IS NOT NULL;
CREATE INDEX refresh_family_by_expiry ON refresh_family(expires_at);
CREATE TABLE revocation(subject text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, until bigint);
INSERT INTO part_version(part, version) VALUES ('revocation', 1);
`,
  },
  {
    name: '0003-disabled-users',
    sql: 'ALTER TABLE local_user ADD COLUMN disabled boolean NOT NULL DEFAULT false;',
  },
  {
    name: '0004-audit-of-access',
    sql: `
ALTER TABLE audit ADD COLUMN from_address text, ADD COLUMN count bigint NOT NULL DEFAULT 1,
  ADD COLUMN kind text COLLATE "C";
DROP TRIGGER audit_is_kept ON audit;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit
  FOR EACH ROW WHEN (OLD.kind IS NULL) EXECUTE FUNCTION audit_is_kept();
CREATE INDEX audit_by_kind ON audit(kind, id) WHERE kind IS NOT NULL;
`,
  },
  {
    name: '0005-grants-of-a-user',
    sql: `
ALTER TABLE idp_grant ADD COLUMN account text;
UPDATE idp_grant SET account = substring(payload from '"accountId":"([^"]+)"');
CREATE INDEX idp_grant_by_account ON idp_grant(account, model) WHERE account IS NOT NULL;
`,
  },
  {
    name: '0006-ticket-holders',
    sql: 'ALTER TABLE spent_ticket ADD COLUMN holder bigint;',
  },
  {
    name: '0007-keys',
    sql: "INSERT INTO part_version(part, version) VALUES ('key', 1);",
  },
  { name: '0008-folded-names', sql: '', fill: foldNames },
  {
    // What every commit needs of them stands in a column of its own, which is all that is read into memory.
    name: '0009-change-subscriptions',
    sql: `
CREATE TABLE change_subscription(
  id text COLLATE "C" PRIMARY KEY, app text NOT NULL, user_key text, watch text NOT NULL, doc text NOT NULL,
  sealed text NOT NULL, key_id text NOT NULL);
CREATE INDEX change_subscription_by_owner ON change_subscription(app, user_key);
INSERT INTO part_version(part, version) VALUES ('webhook', 1);
`,
  },
  {
    name: '0010-operators-who-read',
    sql: 'ALTER TABLE local_user ADD COLUMN operator_read boolean NOT NULL DEFAULT false;',
  },
  {
    // `place` is how far it is and the step under way; what has ended has none.
    name: '0011-redrives',
    sql: `
CREATE TABLE redrive(
  id text COLLATE "C" PRIMARY KEY, app text, channel bigint, reason text, dry_run boolean NOT NULL, state text NOT NULL,
  found bigint NOT NULL, redriven bigint NOT NULL, more boolean NOT NULL, place text, holder text NOT NULL,
  held_until bigint NOT NULL, started_at bigint NOT NULL, ended_at bigint);
`,
  },
];

/** Of two users whose names fold alike one keeps the key that it has, so that the start goes on: it is found by its id. */
async function foldNames(client: ClientBase): Promise<void> {
  const { rows } = await client.query('SELECT id, name, name_key FROM local_user ORDER BY id');
  for (const row of rows) {
    const key = packText(foldName(unpackText(decodeText(row.name))));
    if (key === row.name_key) continue;
    const isFree = 'NOT EXISTS (SELECT FROM local_user WHERE name_key = $1)';
    await client.query(`UPDATE local_user SET name_key = $1 WHERE id = $2 AND ${isFree}`, [key, row.id]);
  }
}
