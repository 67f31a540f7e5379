// The feed tables of PostgreSQL. `lane`, the first 12 bits of the user's key, leads every key, so that all of a user is
// in one place also where the tables are spread over machines. Migrations only go forward and only add, since hubs of
// two versions run side by side during an update; a changed one is refused.
import type { Migration } from '../maintenance/migrate.ts';

// On a distributed PostgreSQL (Citus) the operator runs, after the first start and before there is data:
//   SELECT create_distributed_table(t, 'lane', shard_count => 64)
//   FROM unnest('{feed,feed_app,notification,subscription,delivery}'::text[]) t;
//   SELECT create_distributed_table('push_address', 'address_hash', colocate_with => 'none');
// The tables can be distributed so; not all statements can, and nobody has run them there. From what Citus documents
// (https://docs.citusdata.com/en/stable/develop/reference_workarounds.html, https://github.com/citusdata/citus/pull/5753):
// - Routed as they are, since they name one lane as a parameter: all reads of one user, subscriptions and deliveries.
// - Asked of all machines and put together: sweeps of due notifications, failed deliveries, the search by name. Of one,
//   by the hash: `holders` with one address.
// - Refused, since they take keys from an array and so may span machines, with LATERAL … LIMIT or FOR UPDATE in them: the
//   batch (looks, lockDeliveries, feedWrites, deliveryWrites), heads, the contexts of sends. They need a delegated function
//   (create_distributed_function with the lane as its distribution argument) that runs them on the machine of one
//   group of lanes, and hubs that put only lanes of that group into a batch. `claim` (SKIP LOCKED) and `dueRoutes`
//   (recursive) need one that asks each machine for its own.
// - `pg_xact_status` knows the transactions of the machine it is asked on: the fate of a lost COMMIT is to be asked where
//   the batch ran.
//
// The planner takes lane and user for independent and so expects one row of a user in every table: of two indexes that
// begin with both it may take the wrong one, and walk a whole feed to find one id. While tables are empty all ways cost
// the same, and a plan that is made then is kept when they are full. So a table has one index that begins with both, and
// the others of notifications are open only to queries that say as much, as with `seq > 0` and `state >= 0`. One
// subscription an installation needs none: the feed's lock sees to it.

export const feedMigrations: readonly Migration[] = [
  {
    name: '0001-feed',
    sql: `
CREATE TABLE feed(
  lane smallint NOT NULL, user_key uuid NOT NULL, epoch integer NOT NULL, head bigint NOT NULL,
  issuer text NOT NULL, subject text NOT NULL, name text NOT NULL,
  PRIMARY KEY (lane, user_key)) WITH (fillfactor = 70);
CREATE INDEX feed_by_name ON feed(lower(name), issuer);
CREATE TABLE feed_app(
  lane smallint NOT NULL, user_key uuid NOT NULL, app text NOT NULL, unread integer NOT NULL, head bigint NOT NULL,
  floor bigint NOT NULL,
  PRIMARY KEY (lane, user_key, app)) WITH (fillfactor = 70);
CREATE TABLE notification(
  lane smallint NOT NULL, user_key uuid NOT NULL, id uuid NOT NULL, app text NOT NULL, seq bigint NOT NULL,
  removed smallint NOT NULL, purge_at bigint, state smallint NOT NULL, snooze_until bigint,
  expires bigint NOT NULL, announced_expiry bigint NOT NULL, display_seconds integer, display_until bigint,
  modified bigint NOT NULL, posted_at bigint NOT NULL, content_version integer NOT NULL, changes integer NOT NULL,
  name text, sent_as text, content text NOT NULL,
  PRIMARY KEY (lane, user_key, id));
CREATE UNIQUE INDEX notification_by_seq ON notification(lane, user_key, seq) INCLUDE (app, state, removed)
  WHERE seq > 0;
CREATE UNIQUE INDEX notification_by_name ON notification(lane, user_key, app, name)
  WHERE removed = 0 AND name IS NOT NULL;
CREATE INDEX notification_handled ON notification(lane, user_key, seq) INCLUDE (app, id)
  WHERE state & 1 = 1 OR removed > 0;
CREATE INDEX notification_by_expiry ON notification(expires) WHERE removed = 0 AND state >= 0;
CREATE INDEX notification_by_snooze ON notification(snooze_until) WHERE snooze_until IS NOT NULL;
CREATE INDEX notification_by_purge ON notification(purge_at) WHERE purge_at IS NOT NULL;
CREATE TABLE subscription(
  lane smallint NOT NULL, user_key uuid NOT NULL, id uuid NOT NULL, app text NOT NULL, installation text NOT NULL,
  host text NOT NULL, display_name text, platform text NOT NULL, notification_type text NOT NULL, channel text,
  address_hash text, sees_all boolean NOT NULL, lease_until bigint NOT NULL, created bigint NOT NULL,
  fetched_seq bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (lane, user_key, id)) WITH (fillfactor = 80);
CREATE TABLE push_address(address_hash text PRIMARY KEY, lane smallint NOT NULL, user_key uuid NOT NULL,
  subscription uuid NOT NULL);
CREATE TABLE delivery(
  lane smallint NOT NULL, user_key uuid NOT NULL, notification uuid NOT NULL, subscription uuid NOT NULL,
  kind smallint NOT NULL, app text NOT NULL, platform smallint NOT NULL, channel smallint, seq bigint NOT NULL,
  status smallint NOT NULL, reason text, attempts integer NOT NULL, due bigint NOT NULL, claimed_by uuid,
  planned_at bigint NOT NULL, sent_at bigint, truncated boolean NOT NULL, answer text, fetched_at bigint,
  shown_at bigint, acted_at bigint,
  PRIMARY KEY (lane, user_key, notification, subscription, kind)) PARTITION BY RANGE (notification);
CREATE INDEX delivery_due ON delivery(app, channel, due) WHERE status < 2;
CREATE INDEX delivery_failed ON delivery(lane, user_key, notification, subscription, kind) WHERE status = 5;
CREATE TABLE delivery_clear PARTITION OF delivery
  FOR VALUES FROM ('00000000-0000-0000-0000-000000000000') TO ('00000000-0000-0000-0000-000000000001');
CREATE TABLE delivery_other PARTITION OF delivery DEFAULT;
`,
  },
  {
    name: '0002-content-bytes',
    sql: `
ALTER TABLE feed_app ADD COLUMN content_bytes bigint NOT NULL DEFAULT 0;
ALTER TABLE feed_app ADD COLUMN counted_to bigint NOT NULL DEFAULT 0;
CREATE INDEX notification_evictable ON notification(lane, user_key, app, id) WHERE state & 1 = 1 AND removed = 0;
`,
  },
  {
    name: '0003-order',
    sql: `
ALTER TABLE feed_app ADD COLUMN modified bigint NOT NULL DEFAULT 0;
ALTER TABLE feed_app ADD COLUMN era integer NOT NULL DEFAULT 0;
ALTER TABLE feed_app ADD COLUMN newest_id uuid;
ALTER TABLE notification ADD COLUMN era integer NOT NULL DEFAULT 0;
CREATE INDEX notification_by_era ON notification(lane, user_key, era, id) WHERE era > 0;
`,
  },
  {
    // SQL folds as the locale of the database says, so the hub fills it in (./folded-names.ts).
    name: '0004-folded-names',
    sql: `
ALTER TABLE feed ADD COLUMN name_key text COLLATE "C";
CREATE INDEX feed_by_name_key ON feed(name_key, issuer) WHERE name_key IS NOT NULL;
CREATE INDEX feed_unfolded ON feed(lane, user_key) WHERE name_key IS NULL AND epoch > 0;
`,
  },
  {
    name: '0005-registered',
    sql: `
ALTER TABLE subscription ADD COLUMN registered bigint NOT NULL DEFAULT 0;
`,
  },
  {
    name: '0006-preferences',
    sql: `
ALTER TABLE feed ADD COLUMN preferences text;
ALTER TABLE feed ADD COLUMN preferences_seq bigint NOT NULL DEFAULT 0;
`,
  },
  {
    // A hub of an older version that removes a question leaves its deadline.
    name: '0007-questions',
    sql: `
ALTER TABLE notification ADD COLUMN respond_by bigint;
ALTER TABLE notification ADD COLUMN response text;
CREATE INDEX notification_by_deadline ON notification(respond_by) WHERE respond_by IS NOT NULL AND removed = 0;
`,
  },
  {
    name: '0008-devices',
    sql: `
ALTER TABLE subscription ADD COLUMN session text;
ALTER TABLE subscription ADD COLUMN seen bigint NOT NULL DEFAULT 0;
`,
  },
  {
    name: '0009-dropped',
    sql: 'ALTER TABLE delivery ADD COLUMN dropped integer NOT NULL DEFAULT 0;',
  },
  {
    // Places are given under the lock of a feed, so that they rise with its sequence.
    name: '0010-webhooks',
    sql: `
CREATE TABLE webhook_change(
  subscription uuid NOT NULL, place bigint GENERATED ALWAYS AS IDENTITY, lane smallint NOT NULL, user_key uuid NOT NULL,
  seq bigint NOT NULL, type smallint NOT NULL, notification uuid NOT NULL, changes integer NOT NULL, at bigint NOT NULL,
  data text,
  PRIMARY KEY (subscription, place));
CREATE INDEX webhook_change_by_user ON webhook_change(lane, user_key);
CREATE TABLE webhook_backlog(
  subscription uuid PRIMARY KEY, attempts integer NOT NULL DEFAULT 0, due bigint NOT NULL DEFAULT 0,
  failing_since bigint, answer text, claimed_by uuid, claimed_until bigint NOT NULL DEFAULT 0);
`,
  },
  {
    name: '0011-unread',
    sql: `
CREATE INDEX notification_unread ON notification(lane, user_key, id) INCLUDE (app) WHERE state & 1 = 0 AND removed = 0;
`,
  },
  {
    // The same entries, led by the name, so that an operator finds it without its user. A hub of an older version goes by the
    // name of the index.
    name: '0012-names-of-all',
    sql: `
DROP INDEX notification_by_name;
CREATE UNIQUE INDEX notification_by_name ON notification(name, app, lane, user_key)
  WHERE removed = 0 AND name IS NOT NULL;
`,
  },
  {
    name: '0013-earlier-answers',
    sql: 'ALTER TABLE delivery ADD COLUMN earlier text;',
  },
];
