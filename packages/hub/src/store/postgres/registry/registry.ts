// The registry over PostgreSQL, shared by all hubs and commands on one database. Its contract is synchronous, so a
// thread of its own asks and this one waits; apps and credentials, which requests and pushes ask for, are in memory and
// never wait. A change of those returns when all hubs have it; one that hangs is waited for 0.6 s and told late. While
// the database is away they are served as last known, and everything else fails as unavailable.
import { MessageChannel, Worker } from 'node:worker_threads';
import { systemClock } from '../../../lib/clock.ts';
import type { Registry } from '../../registry.ts';
import { givenKeyOnly } from '../../secret-box.ts';
import { openApps } from './apps.ts';
import { openAudit } from './audit.ts';
import { openCredentials } from './credentials.ts';
import { openMeta, openTickets } from './facts.ts';
import { openGrants } from './grants.ts';
import { openHostClaims } from './hosts.ts';
import { Session } from './session.ts';
import { cellBytes, type ThreadData } from './threads.ts';
import { openUsers } from './users.ts';

/**
 * Connects to `url` and brings its registry tables to the schema of this code; throws a StoreError with why it can't.
 * `secretKey` encrypts push credentials; without one, none are stored.
 */
export function openRegistry(url: string, secretKey: () => Buffer | null = () => null): Registry {
  const session = openSession(url);
  return {
    apps: openApps(session),
    hostClaims: openHostClaims(session),
    credentials: openCredentials(session, givenKeyOnly(secretKey)),
    audit: openAudit(session),
    users: openUsers(session),
    grants: openGrants(session),
    meta: openMeta(session),
    tickets: openTickets(session),
    close: () => session.close(),
  };
}

function openSession(url: string): Session {
  const { port1, port2 } = new MessageChannel();
  const cells = new Int32Array(new SharedArrayBuffer(cellBytes));
  const workerData: ThreadData = { url, port: port2, cells, module: workerModule };
  const worker = new Worker(bootstrap, {
    eval: true,
    workerData,
    transferList: [port2],
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
    name: 'carillon-registry',
  });
  const session = new Session({ worker, port: port1, cells, clock: systemClock });
  try {
    session.awaitReady();
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

/** `.ts` in the repository, `.js` as published. */
const workerModule = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
  .href;

/** A module that can't be loaded would else be waited for. */
const bootstrap = `
  require('node:module').enableCompileCache();
  const { port, cells, module } = require('node:worker_threads').workerData;
  import(module).catch((error) => {
    port.postMessage({ kind: 'failed', id: 0, fault: 'unavailable', message: String(error) });
    Atomics.add(cells, 0, 1);
    Atomics.notify(cells, 0);
  });
`;
