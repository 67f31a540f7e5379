// The feed database of SQLite. Rowid tables, ids as blobs, users and apps interned to integers, content as one JSON
// text: half the size of textual keys with a table of changes. A notification's row carries the sequence of its last
// change, so the index on (account, seq) is the feed. What a create touches at random costs a page of log and of
// checkpoint each, so that is kept to four: the head of a feed is that of its apps, an appNotificationId is found by
// 32 bits of hash. The deliveries of a notification are neighbours in one leaf, and only those that are open stand in
// the index of what is due. Migrations only go forward, and a changed one is refused.
import type { Migration } from '../maintenance/migrate.ts';

export const feedMigrations: readonly Migration[] = [
  {
    name: '0001-feed',
    sql: `
CREATE TABLE account(
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL,
  issuer TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL) STRICT;
CREATE INDEX account_by_name ON account(name COLLATE NOCASE, issuer);
CREATE TABLE app_ref(id INTEGER PRIMARY KEY, app TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE feed_app(
  account INTEGER NOT NULL, app INTEGER NOT NULL, unread INTEGER NOT NULL, head INTEGER NOT NULL,
  floor INTEGER NOT NULL,
  PRIMARY KEY(account, app)) STRICT, WITHOUT ROWID;
CREATE TABLE notification(
  account INTEGER NOT NULL, id BLOB NOT NULL, app INTEGER NOT NULL, seq INTEGER NOT NULL,
  removed INTEGER NOT NULL, purge_at INTEGER, state INTEGER NOT NULL, snooze_until INTEGER,
  expires INTEGER NOT NULL, announced_expiry INTEGER NOT NULL, display_seconds INTEGER, display_until INTEGER,
  modified INTEGER NOT NULL, posted_at INTEGER NOT NULL, content_version INTEGER NOT NULL, changes INTEGER NOT NULL,
  name TEXT, name_key INTEGER, sent_as TEXT, content TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX notification_by_id ON notification(account, id, app);
CREATE UNIQUE INDEX notification_by_seq ON notification(account, seq, app);
CREATE INDEX notification_by_name ON notification(account, name_key) WHERE removed = 0 AND name_key IS NOT NULL;
CREATE INDEX notification_by_expiry ON notification(expires) WHERE removed = 0;
CREATE INDEX notification_by_snooze ON notification(snooze_until) WHERE snooze_until IS NOT NULL;
CREATE INDEX notification_handled ON notification(account, seq, app, id) WHERE state & 1 = 1 OR removed > 0;
CREATE INDEX notification_by_purge ON notification(purge_at) WHERE purge_at IS NOT NULL;
CREATE TABLE subscription(
  account INTEGER NOT NULL, app INTEGER NOT NULL, id TEXT NOT NULL, installation TEXT NOT NULL, host TEXT NOT NULL,
  display_name TEXT, platform TEXT NOT NULL, notification_type TEXT NOT NULL, channel TEXT, address_hash TEXT,
  sees_all INTEGER NOT NULL, lease_until INTEGER NOT NULL, created INTEGER NOT NULL,
  fetched_seq INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX subscription_by_id ON subscription(account, id);
CREATE UNIQUE INDEX subscription_by_installation ON subscription(account, app, installation);
CREATE UNIQUE INDEX subscription_by_address ON subscription(address_hash) WHERE address_hash IS NOT NULL;
CREATE TABLE delivery(
  account INTEGER NOT NULL, notification BLOB NOT NULL, subscription BLOB NOT NULL, kind INTEGER NOT NULL,
  app INTEGER NOT NULL, platform INTEGER NOT NULL, channel INTEGER, seq INTEGER NOT NULL, status INTEGER NOT NULL,
  reason TEXT, attempts INTEGER NOT NULL, due INTEGER NOT NULL, claimed INTEGER NOT NULL, planned_at INTEGER NOT NULL,
  sent_at INTEGER, truncated INTEGER NOT NULL, answer TEXT, fetched_at INTEGER, shown_at INTEGER, acted_at INTEGER,
  PRIMARY KEY(account, notification, subscription, kind)) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery(app, channel, due) WHERE status < 2;
CREATE INDEX delivery_failed ON delivery(account, notification, subscription, kind, app) WHERE status = 5;
`,
  },
  {
    name: '0002-progress',
    sql: `
CREATE TABLE progress(writes INTEGER NOT NULL) STRICT;
INSERT INTO progress(writes) VALUES (0);
`,
  },
  {
    name: '0003-content-bytes',
    sql: `
ALTER TABLE feed_app ADD COLUMN content_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_app ADD COLUMN counted_to INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notification_evictable ON notification(account, app, id) WHERE state & 1 = 1 AND removed = 0;
`,
  },
  {
    name: '0004-order',
    sql: `
ALTER TABLE feed_app ADD COLUMN modified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_app ADD COLUMN era INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_app ADD COLUMN newest_id TEXT;
ALTER TABLE notification ADD COLUMN era INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notification_by_era ON notification(account, era, id) WHERE era > 0;
`,
  },
  {
    name: '0005-folded-names',
    sql: `
ALTER TABLE account ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE account SET name_key = fold_name(name);
CREATE INDEX account_by_name_key ON account(name_key, issuer);
DROP INDEX account_by_name;
`,
  },
  {
    name: '0006-registered',
    sql: `
ALTER TABLE subscription ADD COLUMN registered INTEGER NOT NULL DEFAULT 0;
`,
  },
  {
    name: '0007-preferences',
    sql: `
ALTER TABLE account ADD COLUMN preferences TEXT;
ALTER TABLE account ADD COLUMN preferences_seq INTEGER NOT NULL DEFAULT 0;
`,
  },
  {
    name: '0008-questions',
    sql: `
ALTER TABLE notification ADD COLUMN respond_by INTEGER;
ALTER TABLE notification ADD COLUMN response TEXT;
CREATE INDEX notification_by_deadline ON notification(respond_by) WHERE respond_by IS NOT NULL AND removed = 0;
`,
  },
  {
    name: '0009-devices',
    sql: `
ALTER TABLE subscription ADD COLUMN session TEXT;
ALTER TABLE subscription ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
`,
  },
  {
    name: '0010-dropped',
    sql: 'ALTER TABLE delivery ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;',
  },
  {
    // A place is never given again, since a backlog goes on after the last one that was sent.
    name: '0011-webhooks',
    sql: `
CREATE TABLE webhook_change(
  place INTEGER PRIMARY KEY AUTOINCREMENT, subscription BLOB NOT NULL, account INTEGER NOT NULL, seq INTEGER NOT NULL,
  type INTEGER NOT NULL, notification BLOB NOT NULL, changes INTEGER NOT NULL, at INTEGER NOT NULL, data TEXT) STRICT;
CREATE INDEX webhook_change_by_subscription ON webhook_change(subscription, place);
CREATE INDEX webhook_change_by_account ON webhook_change(account);
CREATE TABLE webhook_backlog(
  subscription BLOB PRIMARY KEY, attempts INTEGER NOT NULL, due INTEGER NOT NULL, failing_since INTEGER,
  answer TEXT)
  STRICT, WITHOUT ROWID;
`,
  },
  {
    // Unread ones are found by id without an index more: each stands where it did, with its standing before the id.
    name: '0012-standing',
    sql: `
ALTER TABLE notification ADD COLUMN standing INTEGER
  GENERATED ALWAYS AS (CASE WHEN removed > 0 THEN 0 WHEN state & 1 = 1 THEN 1 ELSE 2 END) VIRTUAL;
CREATE UNIQUE INDEX notification_by_standing ON notification(account, standing, id, app);
DROP INDEX notification_by_id;
`,
  },
  {
    // The same entries, led by the name, so that an operator finds it without its user.
    name: '0013-names-of-all',
    sql: `
DROP INDEX notification_by_name;
CREATE INDEX notification_by_name ON notification(name_key, account) WHERE removed = 0 AND name_key IS NOT NULL;
`,
  },
  {
    name: '0014-earlier-answers',
    sql: 'ALTER TABLE delivery ADD COLUMN earlier TEXT;',
  },
  {
    // Led by the name it cost each post a page of its own, at random in the whole index: with a million stored the writer
    // took a third more for a batch.
    name: '0015-names-by-user',
    sql: `
DROP INDEX notification_by_name;
CREATE INDEX notification_by_name ON notification(account, name_key) WHERE removed = 0 AND name_key IS NOT NULL;
`,
  },
  {
    // A create wrote an entry at random in three indexes, each a page of log and of checkpoint: with a million stored that
    // took half of the writer's time. What was stored before stays where it is.
    name: '0016-fresh',
    sql: `
ALTER TABLE notification ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notification_fresh ON notification(account, id, app, seq, name_key) WHERE fresh = 1;
DROP INDEX notification_by_seq;
CREATE UNIQUE INDEX notification_by_seq ON notification(account, seq, app) WHERE fresh = 0;
DROP INDEX notification_by_standing;
CREATE UNIQUE INDEX notification_by_standing ON notification(account, standing, id, app) WHERE fresh = 0;
DROP INDEX notification_by_name;
CREATE INDEX notification_by_name ON notification(account, name_key)
  WHERE removed = 0 AND name_key IS NOT NULL AND fresh = 0;
`,
  },
];
