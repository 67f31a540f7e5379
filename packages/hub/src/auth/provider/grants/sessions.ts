// Where a user is signed in: the sessions of browsers at the embedded provider with the refresh tokens that came of them, and
// families of refresh tokens beside. A session is named by a hash, since the id of a family is its first token. Signing one
// out ends its tokens and streams on every node, and the browser is asked for the password again.
import { createHash } from 'node:crypto';
import { formatDateTime } from '../../../model/date-time.ts';
import type { AuditAuthor, GrantRecord, RefreshFamily, Registry } from '../../../store/registry.ts';
import { sessionSubject } from '../../revoked-tokens.ts';
import { accessTokenSeconds } from '../claims.ts';

export interface UserSession {
  readonly id: string;
  readonly clients: string[];
  readonly signedInDateTime: string;
  readonly lastUsedDateTime: string;
  readonly expirationDateTime: string;
}

/** Longer than any access token of the session is accepted. */
export const sessionRevokedMs = (accessTokenSeconds + 600) * 1000;

interface Found {
  /** Of the session; a family without one stands for itself. */
  readonly uid: string;
  /** What the provider keeps of the browser; absent once the browser's session is over. */
  readonly record: GrantRecord | undefined;
  readonly families: readonly RefreshFamily[];
}

type SessionsRegistry = Pick<Registry, 'refreshFamilies' | 'grants'>;

/** The last to begin first. */
export async function listSessions(
  registry: SessionsRegistry,
  userId: string,
  now: number,
): Promise<UserSession[]> {
  const shown = (await find(registry, userId, now)).map(show);
  return shown.sort((a, b) => (a.signedInDateTime < b.signedInDateTime ? 1 : -1));
}

export interface SignOut {
  readonly userId: string;
  readonly id: string;
  readonly author: AuditAuthor;
  readonly now: number;
}

/** Whether there was one. */
export async function signOutSession(
  registry: SessionsRegistry & Pick<Registry, 'audit'>,
  { userId, id, author, now }: SignOut,
): Promise<boolean> {
  const found = (await find(registry, userId, now)).find(({ uid }) => idOf(uid) === id);
  if (!found) return false;
  const { uid, record, families } = found;
  const entry = { ...author, at: now, what: 'signedOut', on: `users/${userId}` };
  await registry.audit.record(entry, async ({ revocations, refreshFamilies }) => {
    await revocations.add({ subject: sessionSubject(uid), at: now, until: now + sessionRevokedMs });
    for (const family of families) await refreshFamilies.remove(family.id);
  });
  if (record) await registry.grants.remove(record.model, record.id);
  return true;
}

/** How the session of a token is named here. */
export function idOf(uid: string): string {
  return createHash('sha256').update(uid).digest('base64url').slice(0, 22);
}

async function find(
  { refreshFamilies, grants }: SessionsRegistry,
  userId: string,
  now: number,
): Promise<Found[]> {
  const [records, families] = await Promise.all([
    grants.listByAccount('Session', userId),
    refreshFamilies.list(userId),
  ]);
  const living = records.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  const byUid = new Map(living.flatMap((record) => (record.uid === null ? [] : [[record.uid, record]])));
  const byOrigin = Map.groupBy(
    families.filter(({ expiresAt }) => expiresAt > now),
    ({ session, id }) => session ?? id,
  );
  return [...new Set([...byUid.keys(), ...byOrigin.keys()])].map((uid) => ({
    uid,
    record: byUid.get(uid),
    families: byOrigin.get(uid) ?? [],
  }));
}

function show({ uid, record, families }: Found): UserSession {
  const { loginTs, iat, authorizations } = record?.payload ?? {};
  const seconds = [loginTs, iat].filter((each) => typeof each === 'number').map((each) => each * 1000);
  const used = families.map(({ spentAt, startedAt }) => spentAt ?? startedAt);
  const ends = [record?.expiresAt ?? 0, ...families.map(({ expiresAt }) => expiresAt)];
  const clients = [...families.map(({ client }) => client), ...Object.keys(Object(authorizations))];
  return {
    id: idOf(uid),
    clients: [...new Set(clients)],
    signedInDateTime: formatDateTime(Math.min(...seconds, ...families.map(({ startedAt }) => startedAt))),
    lastUsedDateTime: formatDateTime(Math.max(...seconds, ...used)),
    expirationDateTime: formatDateTime(Math.max(...ends)),
  };
}
