// Which access tokens no longer count: of the embedded provider those of a user that were issued before the user was
// disabled or deleted or got another password, and those of a session that was signed out; of any issuer those of a person
// that were issued before the person was erased. A token says when it was issued in whole seconds, so one that is issued in
// the second of a revocation is dated to the next. One more revocation in that second is dated to the next too.
import type { TokenOrigin } from '../model/principal.ts';
import type { Revocations } from '../store/registry.ts';

export const userSubject = (userId: string): string => `user ${userId}`;
/** A person of any issuer. */
export const personSubject = (issuer: string, subject: string): string => `user ${subject} of ${issuer}`;
export const sessionSubject = (session: string): string => `session ${session}`;

export interface RevokedTokens {
  /** Another one whenever more may be revoked. */
  version(): number;
  has(origin: TokenOrigin): boolean;
}

/** `ownIssuer` is the embedded provider's; null when it does not run. */
export function openRevokedTokens(
  revocations: Pick<Revocations, 'version' | 'find'>,
  ownIssuer: string | null,
): RevokedTokens {
  return {
    version: () => revocations.version(),
    has({ issuer, subject, issuedAt, session }) {
      const isOwn = issuer === ownIssuer;
      if (isOwn && session !== null && revocations.find(sessionSubject(session)) !== null) return true;
      const at = revocations.find(isOwn ? userSubject(subject) : personSubject(issuer, subject));
      return at !== null && issuedAt <= secondOf(at);
    },
  };
}

/** When a token or a sign-in of that user is dated, in seconds. */
export function issueSecond(revocations: Pick<Revocations, 'find'>, userId: string, nowMs: number): number {
  const at = revocations.find(userSubject(userId));
  return at === null ? secondOf(nowMs) : Math.max(secondOf(nowMs), secondOf(at) + 1);
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000);
}
