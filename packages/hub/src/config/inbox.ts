// How the inbox page signs users in where the operator chose the issuer: the client that was registered for it there,
// and the scopes, which issuers spell differently.
import { problemWith } from './settings.ts';

/** Null client: the operator named none. */
export interface InboxSettings {
  readonly clientId: string | null;
  readonly scope: string;
}

export interface GivenInbox {
  readonly clientId: string | undefined;
  readonly scope: string | undefined;
}

const usualScope = 'openid profile offline_access Notifications.ReadWrite';

export function readInbox(
  { clientId = '', scope = usualScope }: GivenInbox,
  issuers: readonly string[],
  problems: string[],
): InboxSettings {
  if (clientId !== '' && issuers.length === 0)
    problems.push(problemWith('inbox-client-id', 'is needed only beside issuer'));
  return { clientId: clientId || null, scope };
}
