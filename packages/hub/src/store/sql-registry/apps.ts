// The registered apps. Reads come from memory, also while the database is unreachable; only a changed version makes them
// be decoded again. They show what is committed, also inside the transaction that changes them.
import type { App, AppClient } from '../../model/app.ts';
import { invalid } from '../../model/errors.ts';
import type { AppRegistry, AppWrites } from '../registry.ts';
import { registryTables } from '../registry-tables.ts';
import type { Dialect } from './dialect.ts';
import { openTable } from './rows.ts';
import type { Memory, Session, Transaction } from './session.ts';

interface Decoded {
  readonly version: number;
  readonly byId: ReadonlyMap<string, App>;
  readonly byClient: ReadonlyMap<string, App>;
}

const table = openTable(registryTables.app);
const ownerTable = openTable({ name: 'text', app: 'text', is_client: 'boolean' });

export function openKnownApps(memory: Memory): Omit<AppRegistry, 'put'> {
  let decoded: Decoded = { version: -1, byId: new Map(), byClient: new Map() };

  function newest(): Decoded {
    const { version, rows } = memory.known('app');
    if (decoded.version !== version) {
      decoded = decode(
        version,
        rows.map((row) => table.read(row).doc),
      );
    }
    return decoded;
  }

  return {
    version: () => memory.known('app').version,
    findById: (appId) => newest().byId.get(appId) ?? null,
    findByClient: (clientId) => newest().byClient.get(clientId) ?? null,
    list: () => [...newest().byId.values()],
  };
}

function decode(version: number, documents: readonly string[]): Decoded {
  const apps = documents.map(decodeApp);
  return {
    version,
    byId: new Map(apps.map((app) => [app.id, app])),
    byClient: new Map(apps.flatMap((app) => app.clients.map((client) => [client.clientId, app]))),
  };
}

function decodeApp(document: string): App {
  return JSON.parse(document);
}

export function openAppWrites(session: Session, dialect: Dialect): AppWrites {
  const { each } = dialect;
  const owners = `
    SELECT client_id AS name, app, true AS is_client FROM app_client WHERE client_id IN (${each('$1')})
    UNION ALL SELECT host, app, false FROM app_host WHERE host IN (${each('$2')})`;
  const takeClients = `INSERT INTO app_client(app, client_id) SELECT $1, value FROM (${each('$2')}) AS client`;
  const takeHosts = `INSERT INTO app_host(app, host) SELECT $1, value FROM (${each('$2')}) AS host`;

  async function write(within: Transaction, app: App): Promise<void> {
    await within.raise('app');
    const clients = app.clients.map(({ clientId }) => clientId);
    const { rows } = await within.query(owners, JSON.stringify(clients), JSON.stringify(app.hosts));
    refuseTaken(
      app,
      clients,
      rows.map((row) => ownerTable.read(row)),
    );
    await within.query('DELETE FROM app_client WHERE app = $1', app.id);
    await within.query('DELETE FROM app_host WHERE app = $1', app.id);
    await within.query(takeClients, app.id, JSON.stringify(clients));
    await within.query(takeHosts, app.id, JSON.stringify(app.hosts));
    await within.query(
      `INSERT INTO app(${table.names}) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`,
      app.id,
      JSON.stringify(plain(app)),
    );
  }

  return {
    findToChange: (appId) =>
      session.atomically(async (within) => {
        await within.raise('app');
        const [row] = (await within.query(`SELECT ${table.names} FROM app WHERE id = $1`, appId)).rows;
        return row ? decodeApp(table.read(row).doc) : null;
      }),
    put: (app) => session.atomically((within) => write(within, app)),
  };
}

type Owner = ReturnType<typeof ownerTable.read>;

/** Throws with the name of the app that has one of the client ids or hosts. */
function refuseTaken(app: App, clients: readonly string[], rows: readonly Owner[]): void {
  const ownersOf = (isClient: boolean) =>
    new Map(
      rows
        .filter((row) => row.is_client === isClient && row.app !== app.id)
        .map((row) => [row.name, row.app]),
    );
  refuseNames('client id', clients, ownersOf(true), app.id);
  refuseNames('host name', app.hosts, ownersOf(false), app.id);
}

function refuseNames(
  what: string,
  names: readonly string[],
  owners: ReadonlyMap<string, string>,
  app: string,
): void {
  const seen = new Set<string>();
  for (const name of names) {
    const owner = seen.has(name) ? app : owners.get(name);
    if (owner !== undefined) throw taken(what, name, owner, app);
    seen.add(name);
  }
}

function taken(what: string, value: string, owner: string, app: string): Error {
  if (owner === app) return invalid(`The ${what} ${value} is given twice for the app ${app}; name it once.`);
  return invalid(
    `The ${what} ${value} already belongs to the app ${owner}; take another one, or remove it there first.`,
  );
}

/** Exactly the members of an App, whatever else the object carries. */
function plain({ id, hosts, clients, blocked, issuers, ...shown }: App): App {
  const { openUrl, tapTitle, urlSchemes, displayName, iconUrl, clickAction } = shown;
  const kept = { openUrl, tapTitle, urlSchemes, displayName, iconUrl, clickAction };
  return { id, hosts, clients: clients.map(plainClient), blocked, issuers, ...kept };
}

function plainClient(client: AppClient): AppClient {
  const { clientId, public: isPublic, secretHash, oldSecrets, redirectUris, scopes } = client;
  return { clientId, public: isPublic, secretHash, oldSecrets, redirectUris, scopes };
}
