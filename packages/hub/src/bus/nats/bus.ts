// The bus over NATS core. Subjects, below one space for each store, so that hubs which share nothing but a NATS server
// never receive changes of each other's users:
//   c.<shard>.<user key>  changes of one user     h.<group>  heads of 64 shards, each second     t  uses of allowances
//   n  what nodes say of themselves, each five seconds
// A change that is too large for a message is announced by its head: then the streams read it from the store.
import { Buffer } from 'node:buffer';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type { UserKey } from '../../model/principal.ts';
import { userShard } from '../../model/user-shard.ts';
import type { FeedHead } from '../../store/store.ts';
import type { Bus, BusChange, BusListener, NodeFact, Use } from '../bus.ts';
import { Connection } from './connection.ts';
import {
  decodeChanges,
  decodeHeads,
  decodeNode,
  decodeUses,
  encodeChange,
  encodeHeads,
  encodeNode,
  encodeUses,
} from './encoding.ts';
import { changesSubject, groupOf, headsSubject, Interest } from './interest.ts';

/** Of one message: a quarter of the default limit of a server. */
const messageMaxBytes = 256 * 1024;
const headsOfMessage = 2000;
const usesOfMessage = 500;
const usesSubject = 't';
const nodesSubject = 'n';

export interface NatsBusOptions {
  /** The same on all nodes of one store, and on no others. */
  readonly space: string;
  /** One attempt to connect. */
  readonly connect: () => Promise<NatsConnection>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: BusLog;
}

/** Goes to the operator's log. */
interface BusLog {
  connected(server: string): void;
  away(error: Error): void;
  /** Something of the bus does not work, though it is connected. */
  refused(error: Error): void;
}

export function openNatsBus(options: NatsBusOptions): Bus {
  return new NatsBus(options);
}

class NatsBus implements Bus {
  readonly #prefix: string;
  readonly #listeners: Partial<BusListener>[] = [];
  readonly #log: BusLog;
  readonly #connection: Connection;
  readonly #interest: Interest;

  constructor({ space, connect, clock, random, log }: NatsBusOptions) {
    this.#prefix = `carillon.${space}.`;
    this.#log = log;
    this.#connection = new Connection(
      { connect, clock, random },
      {
        message: (subject, bytes) => this.#take(subject.slice(this.#prefix.length), bytes),
        connected: (server) => {
          log.connected(server);
          for (const listener of this.#listeners) listener.connected?.();
        },
        away: (error) => log.away(error),
        refused: (error) => log.refused(error),
      },
    );
    this.#interest = new Interest({
      subscribe: (subject) => this.#connection.subscribe(this.#prefix + subject),
      unsubscribe: (subject) => this.#connection.unsubscribe(this.#prefix + subject),
    });
  }

  get connected(): boolean {
    return this.#connection.connected;
  }

  listen(listener: Partial<BusListener>): void {
    this.#listeners.push(listener);
    if (listener.used) this.#connection.subscribe(this.#prefix + usesSubject);
    if (listener.node) this.#connection.subscribe(this.#prefix + nodesSubject);
  }

  publish(changes: readonly BusChange[]): void {
    if (!this.connected) return;
    for (const ofUser of Map.groupBy(changes, ({ user }) => user).values()) this.#publishOfUser(ofUser);
  }

  publishHeads(heads: readonly FeedHead[]): void {
    if (!this.connected) return;
    for (const [group, all] of Map.groupBy(heads, ({ user }) => groupOf(userShard(user)))) {
      for (let from = 0; from < all.length; from += headsOfMessage)
        this.#send(headsSubject(group), encodeHeads(all.slice(from, from + headsOfMessage)));
    }
  }

  publishUse(uses: readonly Use[]): void {
    for (let from = 0; from < uses.length; from += usesOfMessage)
      this.#send(usesSubject, encodeUses(uses.slice(from, from + usesOfMessage)));
  }

  publishNode(fact: NodeFact): void {
    this.#send(nodesSubject, encodeNode(fact));
  }

  join(user: UserKey): void {
    this.#interest.join(user);
  }

  leave(user: UserKey): void {
    this.#interest.leave(user);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** As many as fit into a message at a time. */
  #publishOfUser(changes: readonly BusChange[]): void {
    const { user } = changes[0] as BusChange;
    const subject = changesSubject(userShard(user), user);
    const maxBytes = Math.min(messageMaxBytes, this.#connection.payloadMaxBytes);
    let parts: Buffer[] = [];
    let bytes = 0;
    const flush = (): void => {
      if (parts.length > 0) this.#connection.publish(this.#prefix + subject, Buffer.concat(parts));
      parts = [];
      bytes = 0;
    };
    for (const each of changes) {
      const part = Buffer.from(encodeChange(each));
      if (bytes + part.length > maxBytes) flush();
      if (part.length > maxBytes) this.publishHeads([each]);
      else {
        parts.push(part);
        bytes += part.length;
      }
    }
    flush();
  }

  #send(subject: string, text: string): void {
    this.#connection.publish(this.#prefix + subject, Buffer.from(text));
  }

  /** Whatever comes, nothing is thrown: the client would stop reading. */
  #take(subject: string, bytes: Uint8Array): void {
    try {
      if (this.#read(subject, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) return;
      this.#log.refused(new Error(`a message on ${subject} can not be read`));
    } catch (error) {
      this.#log.refused(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #read(subject: string, bytes: Buffer): boolean {
    const [kind, , user] = subject.split('.');
    if (kind === 'c') return this.#readChanges(user as UserKey, bytes);
    const text = bytes.toString();
    if (kind === 'h') {
      const heads = decodeHeads(text);
      for (const head of heads ?? []) for (const listener of this.#listeners) listener.head?.(head);
      return heads !== null;
    }
    if (kind === nodesSubject) {
      const fact = decodeNode(text);
      for (const listener of this.#listeners) if (fact) listener.node?.(fact);
      return fact !== null;
    }
    const uses = decodeUses(text);
    if (uses) for (const listener of this.#listeners) listener.used?.(uses);
    return uses !== null;
  }

  #readChanges(user: UserKey, bytes: Buffer): boolean {
    // A whole shard brings others' users too.
    if (!this.#interest.has(user)) return true;
    const changes = decodeChanges(user, bytes.toString());
    for (const each of changes ?? []) for (const listener of this.#listeners) listener.change?.(each);
    return changes !== null;
  }
}
