// The page of a one-time link, where a user sets a password. It works without script. Reading it, as a preview of a message
// does, spends nothing.
import type { ServerResponse } from 'node:http';
import { setRetryHeaders } from '../../../lib/inbound/retry-headers.ts';
import { HubError } from '../../../model/errors.ts';
import type { Registry } from '../../../store/registry.ts';
import type { InnerRequest } from '../exchange/inner-request.ts';
import { wordsOf } from './language.ts';
import { type Page, problemContent, type RenderedPage, setPasswordContent, textContent } from './pages.ts';
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
  const { links, render } = parts;
  const link = new URLSearchParams(request.url.split('?')[1]).get('link') ?? '';
  const user = await links.find(link);
  const words = wordsOf({ headers: request.headers, url: request.url, uiLocales: undefined });
  const send = (status: number, page: Omit<Page, 'words'>): void =>
    sendPage(response, status, render({ words, ...page }));
  const isOver = (): void =>
    send(400, { title: words.linkOverTitle, content: problemContent(words.linkOverText, {}) });
  if (!user) {
    isOver();
    return;
  }
  const show = (status: number, problem: string | null): void =>
    send(status, {
      title: words.choosePassword,
      content: setPasswordContent(words, user.name, problem),
    });
  if (request.method !== 'POST') {
    show(200, null);
    return;
  }
  const password = request.form?.get('password') ?? '';
  if (password !== request.form?.get('again')) {
    show(400, words.passwordsDiffer);
    return;
  }
  const from = request.socket.remoteAddress;
  const people = openPeople({ ...parts, who: user.id, from });
  try {
    await people.setPassword(user, password, { once: true });
    send(200, { title: words.passwordSetTitle, content: textContent(words.passwordSetText) });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const { target } = error.details;
    setRetryHeaders(response, error.details);
    if (error.kind === 'throttled') show(429, words.passwordsBusy);
    else if (target === 'password') show(400, words.passwordWeak);
    else isOver();
  }
}

export function sendPage(response: ServerResponse, status: number, { html, headers }: RenderedPage): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(html);
}
