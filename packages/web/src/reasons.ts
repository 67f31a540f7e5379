// Why the page can't offer to sign in, and what helps: no hub, another address than the hub's own, a connection without the
// browser's cryptography, a hub without the page's client.
import { html } from 'lit';
import type { InboxConfig } from './inbox-config.ts';
import { words } from './language.ts';
import type { Welcome } from './parts/welcome.ts';
import type { SignInError } from './sign-in/sign-in-error.ts';

/** Null when nothing stands in the way. */
export function whyNot(config: InboxConfig | null): Welcome | null {
  const { text } = words();
  if (config === null) {
    const action = { label: text('tryAgain'), busy: false, run: (): void => location.reload() };
    return { title: text('unreachableTitle'), text: text('unreachableText'), action };
  }
  const own = `${config.publicUrl}/inbox`;
  if (new URL(config.publicUrl).origin !== location.origin) {
    const [before, after] = text('otherAddressText').split('{address}');
    return {
      title: text('otherAddressTitle'),
      text: html`${before}<a href=${own} dir="ltr">${own}</a>${after}`,
    };
  }
  if (!isSecureContext) return { title: text('insecureTitle'), text: text('insecureText') };
  if (config.clientId === null) {
    return { title: text('noClientTitle'), text: text('noClientText', { issuer: config.issuer }) };
  }
  return null;
}

/** Of the hub and of the browser messages are in English; the page says in its language that it failed. */
export function messageOf(error: unknown): string {
  if (isOfSignIn(error)) return words().text(error.key, error.values);
  return words().text('failed', { reason: error instanceof Error ? error.message : String(error) });
}

/** By its name: importing the class would give it a file of its own, which the first load waits for. */
function isOfSignIn(error: unknown): error is SignInError {
  return error instanceof Error && error.name === 'SignInError';
}
