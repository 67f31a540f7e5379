// Which senders a token may hear of: its own app, or for one that sees all every app of its user's issuer. The list of senders
// and their icons go by it.
import { isOfIssuer } from '../../auth/authorize.ts';
import type { App } from '../../model/app.ts';
import type { UserPrincipal } from '../../model/principal.ts';

export function hasHeardOf(
  one: App,
  { app, user, visibility }: UserPrincipal,
  issuers: readonly string[],
): boolean {
  return visibility === null ? isOfIssuer(one, user.issuer, issuers[0] ?? null) : one.id === app.id;
}
