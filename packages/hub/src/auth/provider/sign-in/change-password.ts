// The page where a user who knows the password changes it. It works without script, and guessing is bounded as at the sign-in, by the
// same count. All sessions of the user end with the change, also that of the browser it was made in.
import type { ServerResponse } from 'node:http';
import { setRetryHeaders } from '../../../lib/inbound/retry-headers.ts';
import { HubError } from '../../../model/errors.ts';
import type { Registry } from '../../../store/registry.ts';
import type { InnerRequest } from '../exchange/inner-request.ts';
import { checkPassword } from './check-password.ts';
import { keepChoice, wordsOf } from './language.ts';
import { changePasswordContent, textContent } from './pages.ts';
import { openPeople } from './people.ts';
import { sendPage } from './set-password.ts';
import type { SignIn } from './sign-in.ts';

export interface ChangePassword {
  readonly registry: Registry;
  readonly signIn: SignIn;
}

export async function handleChangePassword(
  { registry, signIn }: ChangePassword,
  request: InnerRequest,
  response: ServerResponse,
): Promise<void> {
  const { render, clock, turns } = signIn;
  const words = wordsOf({ headers: request.headers, url: request.url, uiLocales: undefined });
  const name = (request.form?.get('name') ?? '').trim();
  const title = words.changePassword;
  const show = (status: number, problem: string | null): void =>
    sendPage(
      response,
      status,
      render({ words, title, content: changePasswordContent(words, name, problem) }),
    );
  if (request.method !== 'POST') {
    const chosen = keepChoice(request.url, signIn.issuer);
    if (chosen !== null) response.appendHeader('set-cookie', chosen);
    show(200, null);
    return;
  }
  const password = request.form?.get('password') ?? '';
  if (password !== request.form?.get('again')) {
    show(400, words.passwordsDiffer);
    return;
  }
  const typed = { name, password: request.form?.get('current') ?? '' };
  const { user, refused } = await checkPassword(signIn, request, typed);
  if (!user) {
    setRetryHeaders(response, refused.retry);
    show(refused.status, refused.problemOf(words));
    return;
  }
  const people = openPeople({ registry, clock, turns, who: user.id, from: request.socket.remoteAddress });
  try {
    await people.setPassword(user, password, { once: true });
    const content = textContent(words.passwordSetText);
    sendPage(response, 200, render({ words, title: words.passwordSetTitle, content }));
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    setRetryHeaders(response, error.details);
    if (error.kind === 'throttled') show(429, words.passwordsBusy);
    else show(400, error.details.target === 'password' ? words.passwordWeak : words.wrong);
  }
}
