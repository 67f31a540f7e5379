// The bus between the nodes of a hub: NATS when it is configured, else none. Only this file imports a concrete bus.
// Without a connection the hub still serves, and logs that.
import { createHash } from 'node:crypto';
import type { Bus } from '../bus/bus.ts';
import { openNatsBus } from '../bus/nats/bus.ts';
import { connectTo, shownServers } from '../bus/nats/servers.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import { random } from '../lib/random.ts';
import type { Logger } from '../telemetry/log.ts';

export interface BusBase {
  readonly config: Pick<Config, 'nats'>;
  readonly log: Logger;
  readonly clock: Clock;
}

/** A repeated error is logged at most this often. */
const tellAgainMs = 60_000;

/** Null for one machine. `secret` is that of the store, so that only nodes of one store receive each other's messages. */
export function openBus({ config: { nats }, log, clock }: BusBase, secret: Buffer): Bus | null {
  if (!nats) return null;
  const servers = shownServers(nats);
  let toldAt = Number.NEGATIVE_INFINITY;
  return openNatsBus({
    space: createHash('sha256').update('bus').update(secret).digest('hex').slice(0, 16),
    connect: () => connectTo(nats, 'carillon'),
    clock,
    random,
    log: {
      connected: (server) => log.info({ server }, 'the bus is connected'),
      away: ({ message }) =>
        log.warn({ servers }, `the bus is unreachable, so streams read the store each second: ${message}`),
      refused(error) {
        if (clock.now() - toldAt < tellAgainMs) return;
        toldAt = clock.now();
        log.error({ err: error }, 'the bus reported an error');
      },
    },
  });
}

export interface BusProbe {
  readonly servers: string;
  /** Of the one that answered; null when none did. */
  readonly version: string | null;
  readonly reason: string;
}

/** Whether a hub would get a connection; null for one machine. */
export async function probeBus({ nats }: Pick<Config, 'nats'>): Promise<BusProbe | null> {
  if (!nats) return null;
  const servers = shownServers(nats);
  try {
    const connection = await connectTo(nats, 'carillon doctor');
    const version = connection.info?.version ?? 'of an unknown version';
    await connection.close();
    return { servers, version, reason: '' };
  } catch (error) {
    return { servers, version: null, reason: error instanceof Error ? error.message : String(error) };
  }
}
