// The databases of the data folder, and the bus between hubs. Databases are not opened for writing, so that a damaged or
// foreign one stays as it is.
import { basename } from 'node:path';
import type { Config } from '../../config/config.ts';
import { probeBus } from '../../hub/open-bus.ts';
import { inspectData, lostRemedy, readConnectionLimit } from '../../hub/open-data.ts';
import { hubFixed } from '../capacity/constants.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export interface Stores {
  readonly findings: readonly Finding[];
  /** Whether the registry can be opened as it is. */
  readonly registryIsGood: boolean;
}

export function checkStores(dataDir: string, databaseUrl: string | null): Stores {
  if (databaseUrl !== null)
    return { findings: [ok('store', 'the data is in PostgreSQL')], registryIsGood: true };
  const states = inspectData(dataDir);
  return {
    findings: states.map(findingOf),
    registryIsGood: states[0]?.state === 'good',
  };
}

function findingOf({ path, state, detail }: ReturnType<typeof inspectData>[number]): Finding {
  const name = basename(path, '.db');
  switch (state) {
    case 'missing':
      return ok(name, `${path} is not made yet: the first command or start makes it`);
    case 'good':
      return ok(name, `${path} is whole, ${detail}`);
    case 'older':
      return warn(name, `${path} has an older ${detail}`, 'back it up; the next start brings it up to date');
    case 'newer':
      return fail(
        name,
        `${path} was written by a newer Carillon (${detail})`,
        'run that version, or `carillon restore` a backup of this one into a new folder',
      );
    case 'changed':
      return fail(
        name,
        `${path} has another ${detail} than this version`,
        'run the version that made it, or restore a backup of this one',
      );
    case 'lost':
      return fail(name, detail, lostRemedy);
    case 'damaged':
      return fail(
        name,
        `${path} is damaged: ${detail}`,
        'stop the hub, move the file away, and run `carillon restore --from` the newest backup',
      );
    case 'unreadable':
      return fail(
        name,
        `${path} can not be read: ${detail}`,
        'let the user that runs the hub read and write it',
      );
  }
}

/** Too few for one hub fail some of its requests; how many hubs there will be is the operator's to know. */
export async function checkConnections({ databaseUrl }: Config): Promise<Finding[]> {
  if (databaseUrl === null) return [];
  const limit = await readConnectionLimit(databaseUrl).catch(() => null);
  if (!limit) return []; // the look at the store says why
  const { by, allowed } = limit;
  const needed = hubFixed.postgresConnections;
  const what = `the ${by} allows ${allowed}, and each hub opens up to ${needed}`;
  const hubs = Math.floor(allowed / needed);
  if (hubs > 0) return [ok('connections', `${what}: enough for ${hubs} ${hubs === 1 ? 'hub' : 'hubs'}`)];
  const raise = 'raise it to that for each hub, and for whatever else connects';
  return [fail('connections', what, raise)];
}

export async function checkBus(config: Config): Promise<Finding> {
  const probe = await probeBus(config);
  if (!probe) return ok('bus', 'no bus configured: one machine');
  const { servers, version, reason } = probe;
  if (version !== null) return ok('bus', `NATS ${version} answers at ${servers}`);
  const todo =
    'start it, or check --nats-url and its credentials; until then streams read the store each second';
  return warn('bus', `no NATS server of ${servers} accepts a connection (${reason})`, todo);
}
