// What a provider says is wrong with an app's credentials while it refuses single pushes: the last of it, in the registry,
// so that doctor names it. Written at most once a minute for each app and channel.
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AppId } from '../../model/app.ts';
import type { Meta } from '../../store/registry.ts';

const everyMs = 60_000;
/** Doctor says nothing of older ones. */
const keptMs = 24 * 3_600_000;
const remembered = 1000;
/** A provider that refused nothing for so long had taken what it was sent. */
const quietMs = 3_600_000;

export interface CredentialFault {
  readonly reason: string;
  readonly at: number;
  /** Of the first of those that followed each other within an hour. */
  readonly since?: number;
}

export interface CredentialFaultOptions {
  readonly meta: Pick<Meta, 'write'>;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export interface CredentialFaults {
  note(app: AppId, channel: string, reason: string): void;
}

export function openCredentialFaults({ meta, clock, onFailure }: CredentialFaultOptions): CredentialFaults {
  const written = new BoundedMap<string, { readonly at: number; readonly since: number }>({
    entriesMax: remembered,
  });
  return {
    note(app, channel, reason) {
      const name = nameOf(app, channel);
      const at = clock.now();
      const before = written.get(name);
      if (before && at >= before.at && at - before.at < everyMs) return;
      const since = before && at - before.at < quietMs ? Math.min(before.since, at) : at;
      written.set(name, { at, since });
      meta.write(name, JSON.stringify({ reason, at, since } satisfies CredentialFault)).catch(onFailure);
    },
  };
}

/** Of the credentials that have been set since `since`; null when there is none of late. */
export async function readCredentialFault(
  meta: Pick<Meta, 'read'>,
  { app, channel, since, now }: { app: AppId; channel: string; since: number; now: number },
): Promise<CredentialFault | null> {
  const text = await meta.read(nameOf(app, channel));
  if (text === null) return null;
  const fault: CredentialFault = JSON.parse(text);
  return fault.at >= since && now - fault.at < keptMs ? fault : null;
}

function nameOf(app: AppId, channel: string): string {
  return `push-fault ${app} ${channel}`;
}
