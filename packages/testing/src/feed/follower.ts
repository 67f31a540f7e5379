// A device of Alice's in a cluster: it follows the feed at one node and, when its stream ends, goes on with the cursor
// that it has, elsewhere when that node is gone. It checks that the nodes know each other's cursors.
import assert from 'node:assert/strict';
import type { Notification } from '@carillon/protocol';
import { openCursors } from '../../../hub/src/feed/cursor.ts';
import { userKey } from '../../../hub/src/model/principal.ts';
import { publicUrl, type ServedCluster, type ServedNode } from '../hub/served-cluster.ts';
import { openSseReader, openWebSocketReader, type Reader } from './readers.ts';

/** A device that goes to the next node when its stream ends, with the cursor that it has. */
export class Follower {
  readonly told = new Map<string, string>();
  readonly sequences: number[] = [];
  readonly #token: string;
  readonly #nodes: readonly ServedNode[];
  readonly #open: typeof openSseReader | typeof openWebSocketReader;
  readonly #sequenceOf: (cursor: string) => number;
  #node: number;
  #cursor: string | null = null;
  #reader: Reader | null = null;
  #heard = 0;

  /** It begins at the node of this place among those that it may go to. */
  constructor(cluster: ServedCluster, node: number, nodes: readonly ServedNode[] = cluster.nodes) {
    this.#token = cluster.token;
    this.#nodes = nodes;
    this.#node = node;
    this.#open = node % 2 === 0 ? openSseReader : openWebSocketReader;
    const cursors = openCursors(cluster.secret, 1);
    const user = userKey(`${publicUrl}/identity`, cluster.subject);
    this.#sequenceOf = (cursor) => cursors.read(user, 'app-a', cursor).seq;
  }

  /** Takes what has come, and goes elsewhere when that was all. */
  async follow(): Promise<void> {
    this.#hear();
    if (this.#reader && !this.#reader.closed()) return;
    const { baseUrl } = this.#nodes[this.#node] as ServedNode;
    const query = this.#cursor === null ? '' : `?$deltatoken=${this.#cursor}`;
    this.#heard = 0;
    try {
      this.#reader = await this.#open({ baseUrl, token: this.#token, query });
    } catch {
      this.#reader = null;
      this.#node = (this.#node + 1) % this.#nodes.length;
    }
  }

  async begun(): Promise<boolean> {
    await this.follow();
    return this.#cursor !== null;
  }

  /** For whoever looks into a failure. */
  missing(stored: ReadonlyMap<string, Notification>): string {
    const ids = [...stored].filter(([id, row]) => this.told.get(id) !== row.userActionState);
    const place = `the device of node ${this.#node} was told up to ${this.sequences.at(-1)}`;
    return `${place}, and not ${ids.length} of ${stored.size}; closed: ${this.#reader?.closed()}`;
  }

  leave(): void {
    this.#reader?.leave();
  }

  #hear(): void {
    const { frames } = this.#reader ?? { frames: [] };
    for (const frame of frames.slice(this.#heard)) {
      assert.ok(frame.type !== 'resync', 'the nodes know the cursors of each other');
      if ('cursor' in frame) this.#cursor = frame.cursor;
      if (frame.type !== 'change' || '@removed' in frame.value) continue;
      this.sequences.push(this.#sequenceOf(frame.cursor));
      this.told.set(frame.value.id, frame.value.userActionState);
    }
    this.#heard = frames.length;
  }
}
