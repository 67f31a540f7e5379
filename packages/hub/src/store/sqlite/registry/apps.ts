// The registered apps in SQLite. Reads come from memory and are as fresh as the database (registry-versions): only a
// changed version makes it decode the apps anew.
import type { DatabaseSync } from 'node:sqlite';
import type { App, AppClient } from '../../../model/app.ts';
import { invalid } from '../../../model/errors.ts';
import type { AppRegistry } from '../../registry.ts';
import { atomically } from '../file/transaction.ts';
import type { Versions } from './versions.ts';

interface Decoded {
  readonly version: number;
  readonly byId: ReadonlyMap<string, App>;
  readonly byClient: ReadonlyMap<string, App>;
}

export function openApps(db: DatabaseSync, versions: Versions): AppRegistry {
  const documents = db.prepare('SELECT doc FROM app ORDER BY id');
  const write = openWrite(db, versions);
  let decoded: Decoded = { version: -1, byId: new Map(), byClient: new Map() };

  function read(): Decoded {
    const wanted = versions.of('app');
    if (decoded.version !== wanted) {
      decoded = decode(
        wanted,
        documents.all().map((row) => row.doc as string),
      );
    }
    return decoded;
  }

  return {
    version: () => versions.of('app'),
    findById: (appId) => read().byId.get(appId) ?? null,
    findByClient: (clientId) => read().byClient.get(clientId) ?? null,
    list: () => [...read().byId.values()],
    put(app) {
      try {
        write(app);
      } finally {
        versions.forget();
      }
    },
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

function openWrite(db: DatabaseSync, versions: Versions): (app: App) => void {
  const claim = openClaim(db);
  const putDocument = db.prepare(
    'INSERT INTO app(id, doc) VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET doc = excluded.doc',
  );
  return (app) =>
    atomically(db, () => {
      claim(app);
      putDocument.run(app.id, JSON.stringify(plain(app)));
      versions.raise('app');
    });
}

/** Takes the app's client ids and hosts, or throws with the name of the app that has one of them. */
function openClaim(db: DatabaseSync): (app: App) => void {
  const freeClients = db.prepare('DELETE FROM app_client WHERE app = ?');
  const freeHosts = db.prepare('DELETE FROM app_host WHERE app = ?');
  const clientOwner = db.prepare('SELECT app FROM app_client WHERE client_id = ?');
  const hostOwner = db.prepare('SELECT app FROM app_host WHERE host = ?');
  const takeClient = db.prepare('INSERT INTO app_client(client_id, app) VALUES (?, ?)');
  const takeHost = db.prepare('INSERT INTO app_host(host, app) VALUES (?, ?)');
  return (app) => {
    freeClients.run(app.id);
    freeHosts.run(app.id);
    for (const { clientId } of app.clients) {
      const owner = clientOwner.get(clientId)?.app;
      if (owner !== undefined) throw taken('client id', clientId, owner as string, app.id);
      takeClient.run(clientId, app.id);
    }
    for (const host of app.hosts) {
      const owner = hostOwner.get(host)?.app;
      if (owner !== undefined) throw taken('host name', host, owner as string, app.id);
      takeHost.run(host, app.id);
    }
  };
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
