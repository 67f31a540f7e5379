// The registered apps in PostgreSQL. Reads come from memory and never wait for the database, also while it is away:
// only a changed version makes them be decoded anew. They show what is committed, to the transaction that changes them
// too.
import type { App, AppClient } from '../../../model/app.ts';
import { invalid } from '../../../model/errors.ts';
import type { AppRegistry } from '../../registry.ts';
import type { Session } from './session.ts';

interface Decoded {
  readonly version: number;
  readonly byId: ReadonlyMap<string, App>;
  readonly byClient: ReadonlyMap<string, App>;
}

export function openApps(session: Session): AppRegistry {
  let decoded: Decoded = { version: -1, byId: new Map(), byClient: new Map() };

  function read(): Decoded {
    const { version, rows } = session.keptOf('app');
    if (decoded.version !== version) {
      decoded = decode(
        version,
        rows.map((row) => row.doc as string),
      );
    }
    return decoded;
  }

  return {
    version: () => session.keptOf('app').version,
    findById: (appId) => read().byId.get(appId) ?? null,
    findByClient: (clientId) => read().byClient.get(clientId) ?? null,
    list: () => [...read().byId.values()],
    put: (app) => session.atomically(() => write(session, app)),
  };
}

function decode(version: number, documents: readonly string[]): Decoded {
  const apps = documents.map((document) => JSON.parse(document) as App);
  return {
    version,
    byId: new Map(apps.map((app) => [app.id, app])),
    byClient: new Map(apps.flatMap((app) => app.clients.map((client) => [client.clientId, app]))),
  };
}

function write(session: Session, app: App): void {
  session.raise('app');
  const clients = app.clients.map(({ clientId }) => clientId);
  refuseTaken(session, app, clients);
  session.query(free, app.id);
  session.query(take, app.id, clients, app.hosts);
  session.query(
    'INSERT INTO app(id, doc) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc',
    app.id,
    JSON.stringify(plain(app)),
  );
}

const owners = `
  SELECT client_id AS name, app, true AS is_client FROM app_client WHERE client_id = ANY($1::text[])
  UNION ALL SELECT host, app, false FROM app_host WHERE host = ANY($2::text[])`;
const free = `
  WITH clients AS (DELETE FROM app_client WHERE app = $1) DELETE FROM app_host WHERE app = $1`;
const take = `
  WITH clients AS (INSERT INTO app_client(client_id, app) SELECT unnest($2::text[]), $1)
  INSERT INTO app_host(host, app) SELECT unnest($3::text[]), $1`;

/** Throws with the name of the app that has one of the client ids or hosts. */
function refuseTaken(session: Session, app: App, clients: readonly string[]): void {
  const { rows } = session.query(owners, clients, app.hosts);
  const ownersOf = (isClient: boolean) =>
    new Map(
      rows
        .filter((row) => row.is_client === isClient && row.app !== app.id)
        .map((row) => [row.name as string, row.app as string]),
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
function plain({ id, hosts, clients, blocked }: App): App {
  return { id, hosts, clients: clients.map(plainClient), blocked };
}

function plainClient({ clientId, public: isPublic, secretHash, redirectUris }: AppClient): AppClient {
  return { clientId, public: isPublic, secretHash, redirectUris };
}
