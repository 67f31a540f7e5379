// The cursor: a position in a feed, sealed so that it can't be forged and reveals nothing of other apps. Bound to the
// user and to what the token may see. Also the token of a page of a delta, which holds where the pages began, and the
// token of a page in the history.
import type { ResyncReason } from '@carillon/protocol';
import { openSeal, type Seal, type Secrets } from '../lib/seal.ts';
import { HubError } from '../model/errors.ts';
import type { UserKey, Visibility } from '../model/principal.ts';
import type { Position } from '../store/store.ts';

export interface Cursor {
  readonly epoch: number;
  readonly seq: number;
  /**
   * While a device reads its first pages: the head at the first page. Tombstones up to it are left out, since the reader
   * has none of those notifications. Zero for a cursor that a device returns with.
   */
  readonly startedAt: number;
  /** What a delta was asked with, for its next pages. */
  readonly options?: readonly (readonly [name: string, value: string])[];
}

export interface Cursors {
  write(user: UserKey, visibility: Visibility, cursor: Cursor): string;
  /** Throws `resyncRequired` for a text that is no cursor of this feed. */
  read(user: UserKey, visibility: Visibility, text: string): Cursor;
  /** The cursor, if the feed still has all changes since; else `resyncRequired`. */
  check(cursor: Cursor, position: Pick<Position, 'epoch' | 'head' | 'floor'>): Cursor;
}

const version = 1;
const bytes = 21;

export function openCursors(secret: Buffer | Secrets, generation: number): Cursors {
  const seal: Seal = openSeal(secret, 'cursor');
  const bound = (user: UserKey, visibility: Visibility): string =>
    `${generation} ${user} ${visibility === null ? 'all' : `app ${visibility}`}`;
  return {
    write(user, visibility, { epoch, seq, startedAt, options = [] }) {
      const held = options.length === 0 ? '' : JSON.stringify(options);
      const plain = Buffer.alloc(bytes + Buffer.byteLength(held));
      plain.write(held, bytes);
      plain.writeUInt8(version, 0);
      plain.writeUInt32BE(epoch, 1);
      plain.writeDoubleBE(seq, 5);
      plain.writeDoubleBE(startedAt, 13);
      return seal.seal(plain, bound(user, visibility));
    },
    read(user, visibility, text) {
      const plain = seal.open(text, bound(user, visibility));
      if (!plain || plain.length < bytes || plain.readUInt8(0) !== version) {
        throw resync('cursorInvalid', 'This cursor is not one of this feed');
      }
      const at = {
        epoch: plain.readUInt32BE(1),
        seq: plain.readDoubleBE(5),
        startedAt: plain.readDoubleBE(13),
      };
      return plain.length === bytes ? at : { ...at, options: JSON.parse(plain.toString('utf8', bytes)) };
    },
    check(cursor, position) {
      // A feed that does not exist yet has epoch 0; its cursor stays valid when the feed begins.
      const sameEpoch = cursor.epoch === position.epoch || (cursor.epoch === 0 && cursor.seq === 0);
      if (!sameEpoch || cursor.seq > position.head)
        throw resync('cursorInvalid', 'This cursor belongs to an earlier epoch of the feed');
      // A reader without any notification, or whose first page came after the purge, misses no tombstone.
      const missedTombstones =
        cursor.seq > 0 && cursor.seq < position.floor && cursor.startedAt < position.floor;
      if (missedTombstones) throw resync('cursorTooOld', 'This cursor is too old');
      return cursor;
    },
  };
}

function resync(reason: ResyncReason, why: string): HubError {
  return new HubError('resyncRequired', `${why}: start over without a token.`, {
    target: '$deltatoken',
    resync: reason,
  });
}
