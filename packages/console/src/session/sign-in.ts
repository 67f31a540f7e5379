// Signing in and out, by the inbox page's code flow: loaded when the button is there, since a console that is signed in needs
// none of it.
import { beginSignIn, completeSignIn } from '../../../web/src/sign-in/code-flow.ts';
import { clock } from '../clock.ts';
import type { ConsoleConfig } from '../console-config.ts';
import { keptChoice } from '../language.ts';
import { forgetOperator, keepOperator, type Operator, roleOf } from './session.ts';

/** Answers where to go. */
export function leaveToSignIn(config: ConsoleConfig): Promise<string> {
  return beginSignIn({ config, askAgain: false, language: keptChoice(), attempts: sessionStorage });
}

/** Redeems the code in the address; answers the place that the operator came from. */
export async function completeAt(url: URL, config: ConsoleConfig): Promise<string> {
  const { signed, hash } = await completeSignIn(url, {
    ...{ config, clock, attempts: sessionStorage },
    onAnswer: async ({ headers }) => clock.correct(headers.get('date')),
  });
  keepOperator({
    name: signed.user.name,
    role: roleOf(signed.accessToken),
    accessToken: signed.accessToken,
    idToken: signed.idToken,
    clientId: signed.clientId,
    endSessionEndpoint: signed.endSessionEndpoint,
    expiresAt: signed.expiresAt,
  });
  return hash;
}

/** Answers where the issuer ends its own session, which ends the token too; null when it has no such place. */
export function signOut(operator: Operator, { redirectUri }: ConsoleConfig): string | null {
  forgetOperator();
  const { clientId, endSessionEndpoint, idToken } = operator;
  if (endSessionEndpoint === null) return null;
  const url = new URL(endSessionEndpoint);
  url.searchParams.set('id_token_hint', idToken);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('post_logout_redirect_uri', redirectUri);
  return url.href;
}
