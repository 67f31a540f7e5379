// Push credentials: one sealed row an app and kind, beside what of it may be shown. The sealed rows are in memory, and
// what was opened is kept until any process changes one, since a channel asks before every push.
import type { AppId } from '../../model/app.ts';
import type { CredentialKind, Credentials, ShownCredentials } from '../../model/credentials.ts';
import { denied } from '../../model/errors.ts';
import type { CredentialRegistry, StoredCredentials } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import { type SecretBox, type SecretBoxes, wrongKey } from '../secret-box.ts';
import { openTable, type RowOf } from './rows.ts';
import type { Memory, Session } from './session.ts';

const table = openTable(registryTables.credential);
type CredentialRow = RowOf<typeof registryTables.credential>;

interface Opened {
  readonly version: number;
  readonly rows: ReadonlyMap<string, CredentialRow>;
  readonly byName: Map<string, Credentials | null>;
}

export function openKnownCredentials(
  memory: Memory,
  boxes: SecretBoxes,
): Omit<CredentialRegistry, 'put' | 'remove'> {
  let opened: Opened = { version: -1, rows: new Map(), byName: new Map() };

  function newest(): Opened {
    const { version, rows } = memory.known('credential');
    if (opened.version !== version) {
      const read = rows.map((row) => table.read(row));
      const named = read.map((row) => [nameOf(row.app, row.kind), row] as const);
      opened = { version, rows: new Map(named), byName: new Map() };
    }
    return opened;
  }

  return {
    version: () => memory.known('credential').version,
    find(app, kind) {
      const { rows, byName } = newest();
      const name = nameOf(app, kind);
      const known = byName.get(name);
      const found = known === undefined ? open(boxes, rows.get(name)) : known;
      byName.set(name, found);
      return found;
    },
    list: (app) => [...newest().rows.values()].filter((row) => row.app === app).map(show),
  };
}

function nameOf(app: string, kind: string): string {
  return JSON.stringify([app, kind]);
}

function open(boxes: SecretBoxes, row: CredentialRow | undefined): Credentials | null {
  if (!row) return null;
  const { app, kind, sealed } = row;
  const plain = boxes.find()?.open(sealed, app, kind);
  if (plain == null) throw wrongKey(app, kind);
  return JSON.parse(plain);
}

function show({ kind, shown, set_at: setAt }: CredentialRow): StoredCredentials {
  const members: ShownCredentials = JSON.parse(shown);
  return { kind, shown: members, setAt };
}

const foreign = `
  SELECT ${table.names} FROM credential WHERE key_id <> $1 AND (app <> $2 OR kind <> $3) ORDER BY app, kind LIMIT 1`;
const stored = 'SELECT kind FROM credential WHERE app = $1 AND kind = $2';
const write = `
  INSERT INTO credential(${table.names}) VALUES (${table.placeholders})
  ON CONFLICT (app, kind) DO UPDATE SET sealed = excluded.sealed, shown = excluded.shown,
    key_id = excluded.key_id, set_at = excluded.set_at`;

export function openCredentialWrites(
  session: Session,
  boxes: SecretBoxes,
): Pick<CredentialRegistry, 'put' | 'remove'> {
  return {
    put: (app, kind, { credentials, shown }, now) =>
      session.atomically(async (within) => {
        await within.raise('credential');
        const box = boxes.make();
        await refuseForeign(within, box, app, kind);
        const isNew = (await within.query(stored, app, kind)).rows.length === 0;
        const sealed = box.seal(JSON.stringify(credentials), app, kind);
        await within.query(write, app, kind, sealed, JSON.stringify(shown), box.keyId, now);
        return isNew;
      }),
    remove: (app, kind) =>
      session.atomically(async (within) => {
        await within.raise('credential');
        const { count } = await within.query(
          'DELETE FROM credential WHERE app = $1 AND kind = $2',
          app,
          kind,
        );
        return count === 1;
      }),
  };
}

/** A hub or command with another key would else store what the others can't read. */
async function refuseForeign(
  session: Session,
  box: SecretBox,
  app: AppId,
  kind: CredentialKind,
): Promise<void> {
  const [row] = (await session.query(foreign, box.keyId, app, kind)).rows;
  if (!row) return;
  const other = table.read(row);
  throw denied(`${wrongKey(other.app, other.kind).message} Nothing was stored.`);
}
