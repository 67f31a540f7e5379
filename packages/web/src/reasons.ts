// Why the page can't offer to sign in, and what helps: no hub, another address than the hub's own, a connection without the
// browser's cryptography, a hub without the page's client.
import { html } from 'lit';
import type { InboxConfig } from './inbox-config.ts';
import type { Welcome } from './parts/welcome.ts';

/** Null when nothing stands in the way. */
export function whyNot(config: InboxConfig | null): Welcome | null {
  if (config === null) {
    const run = (): void => location.reload();
    const text = 'Check your connection. The page works offline once it has been opened here.';
    return { title: 'The hub can’t be reached', text, action: { label: 'Try again', busy: false, run } };
  }
  const own = `${config.publicUrl}/inbox`;
  if (new URL(config.publicUrl).origin !== location.origin) {
    const text = html`This hub’s own address is another one. Open the inbox at <a href=${own}>${own}</a>.`;
    return { title: 'Right hub, other address', text };
  }
  if (!isSecureContext) {
    const text = 'Signing in needs a protected connection: the hub must be served over https.';
    return { title: 'Not over plain http', text };
  }
  if (config.clientId === null) {
    const text = `Users of this hub sign in at ${config.issuer}. Its operator must register this page there as a public client and start the hub with --inbox-client-id (CARILLON_INBOX_CLIENT_ID).`;
    return { title: 'Almost there', text };
  }
  return null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
