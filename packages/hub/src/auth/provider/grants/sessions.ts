// Where a user is signed in: the families of refresh tokens, those of one sign-in together. A session is named by a hash,
// since the id of a family is its first token.
import { createHash } from 'node:crypto';
import { formatDateTime } from '../../../model/date-time.ts';
import type { RefreshFamily, Registry } from '../../../store/registry.ts';

export interface UserSession {
  readonly id: string;
  readonly clients: string[];
  readonly signedInDateTime: string;
  readonly lastUsedDateTime: string;
  readonly expirationDateTime: string;
}

/** The last to begin first. */
export async function listSessions({ refreshFamilies }: Registry, userId: string): Promise<UserSession[]> {
  const families = await refreshFamilies.list(userId);
  const bySession = Map.groupBy(families, ({ session, id }) => session ?? id);
  return [...bySession].map(([name, together]) => show(name, together));
}

function show(name: string, families: readonly RefreshFamily[]): UserSession {
  const usedAt = families.map(({ spentAt, startedAt }) => spentAt ?? startedAt);
  return {
    id: createHash('sha256').update(name).digest('base64url').slice(0, 22),
    clients: [...new Set(families.map(({ client }) => client))],
    signedInDateTime: formatDateTime(Math.min(...families.map(({ startedAt }) => startedAt))),
    lastUsedDateTime: formatDateTime(Math.max(...usedAt)),
    expirationDateTime: formatDateTime(Math.max(...families.map(({ expiresAt }) => expiresAt))),
  };
}
