// Keeps a wrong verdict from deleting an app's registrations. Providers report single addresses as dead. When more than 1 %
// of the addresses of an app and channel are reported within an hour, no more of them end until an operator has looked and
// allowed it. What is counted is in the registry, so that it holds across nodes and restarts.
import type { Clock } from '../../lib/clock.ts';
import type { AppId } from '../../model/app.ts';
import type { Meta } from '../../store/registry.ts';
import type { FeedReader } from '../../store/store.ts';

/** So many may end in an hour however few addresses an app has: browsers that nobody uses any more. */
export const endsAlwaysAllowed = 20;
const shareDivisor = 100;
const hourMs = 3_600_000;
/** How long the operator's word holds. */
const allowedMs = 24 * hourMs;
/** Room for the count of an hour below the number of the hour, in one value that any node can add to. */
const hourUnit = 1_000_000_000;

export interface MassEnd {
  /** When it stopped itself. */
  readonly since: number;
  readonly count: number;
}

type Mark = { readonly stopped: MassEnd } | { readonly allowedUntil: number };

export interface MassEndOptions {
  readonly meta: Pick<Meta, 'read' | 'write' | 'count'>;
  readonly read: Pick<FeedReader, 'countAddresses'>;
  readonly clock: Clock;
  readonly onStopped: (app: AppId, channel: string, count: number) => void;
}

export interface MassEndGuard {
  /** Whether one more address may end, now that its provider has reported it. */
  mayEnd(app: AppId, channel: string): Promise<boolean>;
}

export function openMassEndGuard({ meta, read, clock, onStopped }: MassEndOptions): MassEndGuard {
  async function isMany(app: AppId, channel: string, count: number): Promise<boolean> {
    if (count <= endsAlwaysAllowed) return false;
    // Those that ended were addresses too.
    const enough = count * shareDivisor;
    return (await read.countAddresses(app, channel, enough)) + count < enough;
  }

  return {
    async mayEnd(app, channel) {
      const now = clock.now();
      const mark = await readMark(meta, app, channel);
      if (mark && 'stopped' in mark) return false;
      if (mark && now < mark.allowedUntil) return true;
      const count = await countEnd(meta, { app, channel, now });
      if (!(await isMany(app, channel, count))) return true;
      await writeMark(meta, { app, channel, mark: { stopped: { since: now, count } } });
      onStopped(app, channel, count);
      return false;
    },
  };
}

/** Null unless it has stopped itself. */
export async function readMassEnd(
  meta: Pick<Meta, 'read'>,
  app: AppId,
  channel: string,
): Promise<MassEnd | null> {
  const mark = await readMark(meta, app, channel);
  return mark && 'stopped' in mark ? mark.stopped : null;
}

/** The operator has looked: addresses that are reported as dead end again. */
export async function allowMassEnd(
  meta: Pick<Meta, 'write'>,
  { app, channel, now }: { readonly app: AppId; readonly channel: string; readonly now: number },
): Promise<number> {
  const allowedUntil = now + allowedMs;
  await writeMark(meta, { app, channel, mark: { allowedUntil } });
  return allowedUntil;
}

interface Ended {
  readonly app: AppId;
  readonly channel: string;
  readonly now: number;
}

/** Those of the last hour: of this hour by the clock, and of the one before as far as the last hour covers it. */
async function countEnd(meta: Pick<Meta, 'count'>, { app, channel, now }: Ended): Promise<number> {
  const hour = Math.floor(now / hourMs);
  const nameOf = (index: number): string => `push-ends ${app} ${channel} ${index % 2}`;
  const ofHour = (value: number, index: number): number =>
    Math.floor(value / hourUnit) === index ? value % hourUnit : 0;
  const current = await meta.count(nameOf(hour), { atLeast: hour * hourUnit, add: 1 });
  const before = await meta.count(nameOf(hour - 1), { atLeast: 0, add: 0 });
  const part = 1 - (now % hourMs) / hourMs;
  return ofHour(current, hour) + Math.floor(ofHour(before, hour - 1) * part);
}

function nameOfMark(app: AppId, channel: string): string {
  return `push-ends-mark ${app} ${channel}`;
}

async function readMark(meta: Pick<Meta, 'read'>, app: AppId, channel: string): Promise<Mark | null> {
  const text = await meta.read(nameOfMark(app, channel));
  return text === null ? null : JSON.parse(text);
}

function writeMark(
  meta: Pick<Meta, 'write'>,
  { app, channel, mark }: { readonly app: AppId; readonly channel: string; readonly mark: Mark },
): Promise<void> {
  return meta.write(nameOfMark(app, channel), JSON.stringify(mark));
}
