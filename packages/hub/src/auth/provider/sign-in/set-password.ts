// The page of a one-time link, where a user sets a password. It works without script. Reading it, as a preview of a message
// does, spends nothing.
import type { ServerResponse } from 'node:http';
import { HubError } from '../../../model/errors.ts';
import type { Registry } from '../../../store/registry.ts';
import { addressBlock } from '../../address-block.ts';
import type { InnerRequest } from '../exchange/inner-request.ts';
import { type Page, problemContent, type RenderedPage, setPasswordContent } from './pages.ts';
import type { PasswordLinks } from './password-link.ts';
import type { PasswordTurns } from './password-turns.ts';
import { openPeople } from './people.ts';
import type { SignIn } from './sign-in.ts';

export interface SetPassword extends Pick<SignIn, 'clock' | 'render'> {
  readonly registry: Registry;
  readonly links: PasswordLinks;
  readonly turns: PasswordTurns;
}

export async function handleSetPassword(
  parts: SetPassword,
  request: InnerRequest,
  response: ServerResponse,
): Promise<void> {
  const { links, render, turns } = parts;
  const link = new URLSearchParams(request.url.split('?')[1]).get('link') ?? '';
  const user = await links.find(link);
  const send = (status: number, page: Page): void => sendPage(response, status, render(page));
  if (!user) {
    send(400, overPage);
    return;
  }
  const show = (status: number, problem: string | null): void =>
    send(status, { title: 'Choose a password', content: setPasswordContent(user.name, problem) });
  if (request.method !== 'POST') {
    show(200, null);
    return;
  }
  const password = request.form?.get('password') ?? '';
  if (password !== request.form?.get('again')) {
    show(400, 'The two passwords differ. Type the same one twice.');
    return;
  }
  const from = request.socket.remoteAddress;
  const people = openPeople({ ...parts, who: user.id, from });
  const place = { address: addressBlock(from), known: false };
  try {
    const set = turns.run(place, () => people.setPassword(user, password, { once: true }));
    if (set === null) show(429, 'Too many passwords are being set. Wait a moment, then try again.');
    else {
      await set;
      send(200, donePage);
    }
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (error.details.target === 'password') show(400, error.message);
    else send(400, overPage);
  }
}

const overPage: Page = {
  title: 'This link is over',
  content: problemContent('It was used, or it has expired. Ask whoever runs this hub for another link.', {}),
};
const donePage: Page = {
  title: 'Your password is set',
  content: '<p>You can close this page, and sign in with the new password.</p>',
};

function sendPage(response: ServerResponse, status: number, { html, headers }: RenderedPage): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(html);
}
