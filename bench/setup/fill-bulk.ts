// Fills a feed database with millions of rows in a minute or two: as the planner would leave them, one notification of every
// user after another, but in SQL, and with the indexes that all of them stand in made afterwards. Of what is older than half of
// the time that is filled only tombstones are left, where there is to be life: those are purged, and the others expire.
import { DatabaseSync } from 'node:sqlite';
import { hashText } from '../../packages/hub/src/lib/fingerprint.ts';
import { userKey } from '../../packages/hub/src/model/principal.ts';
import { feedMigrations } from '../../packages/hub/src/store/sqlite/feed/schema.ts';
import { migrate } from '../../packages/hub/src/store/sqlite/maintenance/migrate.ts';
import { appId, type BenchUser, hostName, issuer } from './world.ts';

export interface BulkFilling {
  /** Those who post; the others only have feeds. */
  readonly people: readonly BenchUser[];
  readonly userCount: number;
  /** At most as many as may be fresh. */
  readonly perUser: number;
  readonly days: number;
  /** So many expire and so many are purged in a second from `from` on; null: none does for a day. */
  readonly life: { readonly from: number; readonly perSecond: number } | null;
}

const dayMs = 86_400_000;
/** Every row has an entry in these. */
const madeAfterwards = ['notification_fresh', 'notification_by_expiry'];

const afterName = JSON.stringify({
  targetHostName: hostName,
  groupName: 'TestGroup',
  priority: 'High',
  payload: { visualContent: { title: 'Hello World!', body: 'Notifications are Great!' } },
  targetPolicy: { platformTypes: ['windows', 'android'] },
  fallbackPolicy: null,
}).slice(1);

/** ?1 users, ?2 a user, ?3 the first time, ?4 ms between two, ?5 tombstones a user, ?6 from when rows end, ?7 ms between two that end. */
const rowsSql = `
WITH RECURSIVE at(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM at WHERE n + 1 < ?1 * ?2),
row AS (SELECT n, n % ?1 + 1 AS account, n / ?1 AS k, ?3 + CAST(n * ?4 AS INTEGER) AS made,
  printf('stored-%012x', n) AS name, n / ?1 < ?5 AS gone,
  ?6 + CAST((n - iif(n / ?1 < ?5, 0, ?5 * ?1)) * ?7 AS INTEGER) AS ends FROM at)
INSERT INTO notification(account, id, app, seq, removed, purge_at, state, expires, announced_expiry, display_seconds,
  display_until, modified, posted_at, content_version, changes, name, name_key, sent_as, content, fresh)
SELECT account, unhex(printf('%012x7%03x8%015x', made, n & 4095, abs(random() % 1152921504606846976))), 1, k + 1,
  iif(gone, 2, 0), iif(gone, ends, NULL), 0, iif(gone, ends - ${dayMs}, ends), iif(gone, ends - ${dayMs}, ends), 60,
  made + 60000, made, made, 1, iif(gone, 2, 1), name, hash_text(name), iif(gone, NULL, substr(hex(randomblob(22)), 1, 43)),
  iif(gone, '', '{"appNotificationId":"' || name || '",' || '${afterName}'), iif(gone, 0, 1) FROM row`;

const countsSql = `
INSERT INTO feed_app(account, app, unread, head, floor, content_bytes, counted_to, modified, era, newest_id)
SELECT account, 1, ?2 - ?3, seq, 0, (?2 - ?3) * octet_length(content), seq, modified, 0,
  lower(printf('%s-%s-%s-%s-%s', substr(hex(id), 1, 8), substr(hex(id), 9, 4), substr(hex(id), 13, 4), substr(hex(id), 17, 4),
    substr(hex(id), 21))) FROM notification WHERE rowid > ?1 * (?2 - 1)`;

export function fillInBulk(path: string, { people, userCount, perUser, days, life }: BulkFilling): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576');
  migrate(db, feedMigrations);
  db.function('hash_text', { deterministic: true }, (name) => hashText(String(name)));
  const indexes = madeAfterwards.map((name) => {
    const found = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(name);
    db.exec(`DROP INDEX ${name}`);
    return String(found?.sql);
  });
  db.exec('BEGIN');
  insertUsers(db, people, userCount);
  const count = userCount * perUser;
  const began = Date.now() - days * dayMs;
  const tombstones = life === null ? 0 : perUser >> 1;
  const [from, apart] = life === null ? [Date.now() + dayMs, 1] : [life.from, 1000 / life.perSecond];
  // As integers, which divide as such; a number is bound as a real.
  const [ofUsers, ofEach, gone] = [BigInt(userCount), BigInt(perUser), BigInt(tombstones)];
  const rows = db.prepare(rowsSql);
  rows.run(ofUsers, ofEach, BigInt(began), (days * dayMs) / count, gone, BigInt(from), apart);
  db.prepare(countsSql).run(ofUsers, ofEach, gone);
  db.exec('COMMIT');
  for (const sql of indexes) db.exec(sql);
  db.close();
}

/** Spread, so that those who post are no neighbours. */
function insertUsers(db: DatabaseSync, people: readonly BenchUser[], userCount: number): void {
  db.prepare('INSERT INTO app_ref(id, app) VALUES (1, ?)').run(appId);
  const insert = db.prepare(
    'INSERT INTO account(id, key, epoch, issuer, subject, name, name_key) VALUES (?, ?, 1, ?, ?, ?, ?)',
  );
  const every = Math.floor(userCount / people.length);
  for (let index = 0; index < userCount; index++) {
    const known = index % every === 0 ? people[index / every] : undefined;
    const { subject, name } = known ?? { subject: `other-${index}`, name: `other-${index}@contoso.example` };
    insert.run(index + 1, userKey(issuer, subject), issuer, subject, name, name.toLowerCase());
  }
}
