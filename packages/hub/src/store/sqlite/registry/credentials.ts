// Push credentials in SQLite: one sealed row an app and kind, beside what of it may be shown. What was opened is kept
// until any process changes a row, since a channel asks before every push.
import type { DatabaseSync } from 'node:sqlite';
import type { AppId } from '../../../model/app.ts';
import type {
  CredentialKind,
  Credentials,
  GivenCredentials,
  ShownCredentials,
} from '../../../model/credentials.ts';
import { denied } from '../../../model/errors.ts';
import type { CredentialRegistry } from '../../registry.ts';
import { type SecretBox, type SecretBoxes, wrongKey } from '../../secret-box.ts';
import { atomically } from '../file/transaction.ts';
import type { Versions } from './versions.ts';

interface Opened {
  readonly version: number;
  readonly byName: Map<string, Credentials | null>;
}

export function openCredentials(
  db: DatabaseSync,
  versions: Versions,
  boxes: SecretBoxes,
): CredentialRegistry {
  const select = db.prepare('SELECT sealed FROM credential WHERE app = ? AND kind = ?');
  const all = db.prepare('SELECT kind, shown, set_at FROM credential WHERE app = ? ORDER BY kind');
  const remove = db.prepare('DELETE FROM credential WHERE app = ? AND kind = ?');
  const write = openWrite(db);
  let opened: Opened = { version: -1, byName: new Map() };

  function read(app: AppId, kind: CredentialKind): Credentials | null {
    const row = select.get(app, kind);
    if (!row) return null;
    const plain = boxes.find()?.open(row.sealed as string, app, kind);
    if (plain == null) throw wrongKey(app, kind);
    return JSON.parse(plain) as Credentials;
  }

  function changed<T>(change: () => T): T {
    try {
      return atomically(db, () => {
        const result = change();
        versions.raise('credential');
        return result;
      });
    } finally {
      versions.forget();
    }
  }

  return {
    version: () => versions.of('credential'),
    find(app, kind) {
      const version = versions.of('credential');
      if (opened.version !== version) opened = { version, byName: new Map() };
      const name = JSON.stringify([app, kind]);
      const known = opened.byName.get(name);
      const found = known === undefined ? read(app, kind) : known;
      opened.byName.set(name, found);
      return found;
    },
    list: (app) =>
      all.all(app).map((row) => ({
        kind: row.kind as CredentialKind,
        shown: JSON.parse(row.shown as string) as ShownCredentials,
        setAt: row.set_at as number,
      })),
    put: (app, kind, given, now) => changed(() => write(boxes.make(), { ...given, app, kind, now })),
    remove: (app, kind) => changed(() => remove.run(app, kind).changes === 1),
  };
}

interface Given extends GivenCredentials {
  readonly app: AppId;
  readonly kind: CredentialKind;
  readonly now: number;
}

type Write = (box: SecretBox, given: Given) => boolean;

/** Answers whether the row is new. */
function openWrite(db: DatabaseSync): Write {
  const foreign = db.prepare(
    'SELECT app, kind FROM credential WHERE key_id <> ? AND (app <> ? OR kind <> ?) LIMIT 1',
  );
  const exists = db.prepare('SELECT 1 FROM credential WHERE app = ? AND kind = ?');
  const put = db.prepare(`
    INSERT INTO credential(app, kind, sealed, shown, key_id, set_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT(app, kind) DO UPDATE SET sealed = excluded.sealed, shown = excluded.shown,
      key_id = excluded.key_id, set_at = excluded.set_at`);
  return (box, { app, kind, credentials, shown, now }) => {
    // A command that doesn't know the hub's key would else store what the hub can't read.
    const other = foreign.get(box.keyId, app, kind);
    if (other)
      throw denied(
        `${wrongKey(other.app as string, other.kind as CredentialKind).message} Nothing was stored.`,
      );
    const isNew = exists.get(app, kind) === undefined;
    put.run(
      app,
      kind,
      box.seal(JSON.stringify(credentials), app, kind),
      JSON.stringify(shown),
      box.keyId,
      now,
    );
    return isNew;
  };
}
