// A device's view of a feed, kept by what it is told: over a stream of either kind, or by delta. It may leave at any
// time and comes back with the last cursor it was given. It checks on the way that sequences rise.
import assert from 'node:assert/strict';
import type { Frame, FrameValue, Notification } from '@carillon/protocol';
import { openCursors } from '../../../hub/src/feed/cursor.ts';
import { userKey } from '../../../hub/src/model/principal.ts';
import { type TestHub, until } from '../hub/hub.ts';
import type { edges, Reader } from './readers.ts';

export interface ViewOptions {
  readonly hub: TestHub;
  readonly token: string;
  /** What the token may see, for reading its cursors. */
  readonly visibility: string | null;
  readonly name: string;
}

/** The sequence that a cursor of Alice's holds: only a test opens the seal. */
export function sequenceOf(hub: TestHub, visibility: string | null, cursor: string): number {
  const user = userKey(`${hub.baseUrl}/identity`, hub.userIds.alice);
  return openCursors(hub.sealKey, 1).read(user, visibility, cursor).seq;
}

export abstract class View {
  readonly name: string;
  readonly options: ViewOptions;
  readonly held = new Map<string, Notification>();
  unread = 0;
  /** Sequences in the order they were told, of all connections. */
  readonly told: number[] = [];

  constructor(options: ViewOptions) {
    this.name = options.name;
    this.options = options;
  }

  abstract connect(): Promise<void>;
  abstract disconnect(): Promise<void>;
  /** Takes in what has arrived so far. */
  abstract refresh(): Promise<void>;

  protected apply(value: FrameValue): void {
    if ('@removed' in value) this.held.delete(value.id);
    else this.held.set(value.id, value);
  }

  /** What it shows: it drops by itself what has expired. */
  shown(now: number): Notification[] {
    const living = [...this.held.values()].filter((each) => Date.parse(each.expirationDateTime) > now);
    return living.sort((a, b) => (a.id < b.id ? 1 : -1));
  }
}

export class StreamView extends View {
  readonly #edge: (typeof edges)[number];
  #reader: Reader | null = null;
  #taken = 0;
  #cursor: string | null = null;

  constructor(options: ViewOptions, edge: (typeof edges)[number]) {
    super(options);
    this.#edge = edge;
  }

  async connect(): Promise<void> {
    if (this.#reader) return;
    const { hub, token } = this.options;
    const query = this.#cursor === null ? '' : `?$deltatoken=${this.#cursor}`;
    this.#taken = 0;
    const [, open] = this.#edge;
    this.#reader = await open({ baseUrl: hub.baseUrl, token, query });
    // Before the first ready it has no cursor, and what comes meanwhile would be missed.
    if (this.#cursor === null) await this.#reader.next('ready');
    await this.refresh();
  }

  async disconnect(): Promise<void> {
    await this.refresh();
    this.#reader?.leave();
    this.#reader = null;
  }

  async refresh(): Promise<void> {
    const frames = this.#reader?.frames ?? [];
    for (; this.#taken < frames.length; this.#taken++) this.#take(frames[this.#taken] as Frame);
  }

  #take(frame: Frame): void {
    assert.ok(frame.type !== 'resync' && frame.type !== 'bye', `${this.name}: ${JSON.stringify(frame)}`);
    const { hub, visibility } = this.options;
    const sequence = sequenceOf(hub, visibility, frame.cursor);
    const last = this.told.at(-1) ?? 0;
    if (frame.type === 'change') {
      assert.ok(sequence > last, `${this.name} was told ${sequence} after ${last}`);
      this.told.push(sequence);
      this.apply(frame.value);
    } else assert.ok(sequence >= last, `${this.name}: ${frame.type} at ${sequence} after ${last}`);
    this.unread = frame.unreadCount;
    this.#cursor = frame.cursor;
  }
}

interface DeltaAnswer {
  readonly value: FrameValue[];
  readonly unreadCount?: number;
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

export class DeltaView extends View {
  #link: string;
  #walking: Promise<void> | null = null;
  #connected = false;

  constructor(options: ViewOptions, top: number) {
    super(options);
    this.#link = `/v1.0/me/notifications/delta?$top=${top}`;
  }

  async connect(): Promise<void> {
    this.#connected = true;
  }

  async disconnect(): Promise<void> {
    await this.#walking;
    this.#connected = false;
  }

  /** One page only, so that others write between the pages of a walk. */
  async refresh(): Promise<void> {
    if (!this.#connected) return;
    this.#walking ??= this.#walk().finally(() => {
      this.#walking = null;
    });
    await this.#walking;
  }

  async #walk(): Promise<void> {
    const { hub, token } = this.options;
    const { status, json, text } = await hub.request('GET', this.#link, { token });
    assert.equal(status, 200, text);
    const page = json as DeltaAnswer;
    for (const value of page.value) this.apply(value);
    if (page.unreadCount !== undefined) this.unread = page.unreadCount;
    const link = page['@odata.nextLink'] ?? page['@odata.deltaLink'] ?? '';
    this.#link = link.slice(hub.baseUrl.length);
  }
}

/** The whole history, as the hub lists it. */
export async function listAll(hub: TestHub, token: string): Promise<Notification[]> {
  const all: Notification[] = [];
  let path: string | undefined = '/v1.0/me/notifications?$top=7';
  while (path !== undefined) {
    const { status, json, text } = await hub.request('GET', path, { token });
    assert.equal(status, 200, text);
    all.push(...(json.value as Notification[]));
    path = (json['@odata.nextLink'] as string | undefined)?.slice(hub.baseUrl.length);
  }
  return all;
}

/** Waits until the view shows what the hub lists, and fails with the difference. */
export async function converge(view: View): Promise<void> {
  const { hub, token } = view.options;
  const listed = await listAll(hub, token);
  const now = hub.clock.now();
  const unread = listed.filter(({ readState }) => readState === 'unread').length;
  const same = async () => {
    await view.refresh();
    return view.unread === unread && JSON.stringify(view.shown(now)) === JSON.stringify(listed);
  };
  await until(same).catch(() =>
    assert.deepEqual([view.unread, view.shown(now)], [unread, listed], view.name),
  );
}
