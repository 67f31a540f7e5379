// Push credentials in PostgreSQL: one sealed row an app and kind, beside what of it may be shown. The sealed rows are
// in memory, and what was opened is kept until any process changes one, since a channel asks before every push.
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
import type { Session } from './session.ts';
import type { Row } from './threads.ts';

interface Opened {
  readonly version: number;
  readonly rows: ReadonlyMap<string, Row>;
  readonly byName: Map<string, Credentials | null>;
}

export function openCredentials(session: Session, boxes: SecretBoxes): CredentialRegistry {
  let opened: Opened = { version: -1, rows: new Map(), byName: new Map() };

  function newest(): Opened {
    const { version, rows } = session.keptOf('credential');
    if (opened.version !== version) {
      const named = rows.map((row) => [nameOf(row.app as string, row.kind as string), row] as const);
      opened = { version, rows: new Map(named), byName: new Map() };
    }
    return opened;
  }

  return {
    version: () => session.keptOf('credential').version,
    find(app, kind) {
      const { rows, byName } = newest();
      const name = nameOf(app, kind);
      const known = byName.get(name);
      const found = known === undefined ? open(boxes, rows.get(name)) : known;
      byName.set(name, found);
      return found;
    },
    list: (app) => [...newest().rows.values()].filter((row) => row.app === app).map(show),
    put: (app, kind, given, now) =>
      changed(session, () => put(session, boxes.make(), { ...given, app, kind, now })),
    remove: (app, kind) =>
      changed(
        session,
        () => session.query('DELETE FROM credential WHERE app = $1 AND kind = $2', app, kind).rowCount === 1,
      ),
  };
}

function nameOf(app: string, kind: string): string {
  return JSON.stringify([app, kind]);
}

function open(boxes: SecretBoxes, row: Row | undefined): Credentials | null {
  if (!row) return null;
  const [app, kind] = [row.app as string, row.kind as CredentialKind];
  const plain = boxes.find()?.open(row.sealed as string, app, kind);
  if (plain == null) throw wrongKey(app, kind);
  return JSON.parse(plain) as Credentials;
}

function show(row: Row) {
  return {
    kind: row.kind as CredentialKind,
    shown: JSON.parse(row.shown as string) as ShownCredentials,
    setAt: row.set_at as number,
  };
}

function changed<T>(session: Session, change: () => T): T {
  return session.atomically(() => {
    session.raise('credential');
    return change();
  });
}

interface Given extends GivenCredentials {
  readonly app: AppId;
  readonly kind: CredentialKind;
  readonly now: number;
}

const foreign = `
  SELECT app, kind FROM credential WHERE key_id <> $1 AND (app <> $2 OR kind <> $3) ORDER BY app, kind LIMIT 1`;
const write = `
  INSERT INTO credential(app, kind, sealed, shown, key_id, set_at) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (app, kind) DO UPDATE SET sealed = excluded.sealed, shown = excluded.shown,
    key_id = excluded.key_id, set_at = excluded.set_at`;

/** Answers whether the row is new. */
function put(session: Session, box: SecretBox, given: Given): boolean {
  const { app, kind, credentials, now } = given;
  // A hub or command with another key would else store what the others can't read.
  const other = session.query(foreign, box.keyId, app, kind).rows[0];
  if (other)
    throw denied(
      `${wrongKey(other.app as string, other.kind as CredentialKind).message} Nothing was stored.`,
    );
  const stored = session.query('SELECT 1 FROM credential WHERE app = $1 AND kind = $2', app, kind);
  const shown = JSON.stringify(given.shown);
  const sealed = box.seal(JSON.stringify(credentials), app, kind);
  session.query(write, app, kind, sealed, shown, box.keyId, now);
  return stored.rowCount === 0;
}
