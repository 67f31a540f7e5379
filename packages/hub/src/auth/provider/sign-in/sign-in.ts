// The sign-in page: shows the form, checks name and password, and returns the user to oidc-provider's flow. It works
// without script, does not reveal which names exist, and limits guessing of one name from one place (attempts.ts).
import type { ServerResponse } from 'node:http';
import type { Interaction, Provider } from 'oidc-provider';
import type { Clock } from '../../../lib/clock.ts';
import { setRetryHeaders } from '../../../lib/inbound/retry-headers.ts';
import type { LocalUser, Revocations } from '../../../store/registry.ts';
import { inboxAppId } from '../../inbox-app.ts';
import { issueSecond } from '../../revoked-tokens.ts';
import type { InnerRequest } from '../exchange/inner-request.ts';
import { inboxMark } from '../routes.ts';
import { checkPassword, type PasswordCheck } from './check-password.ts';
import { keepChoice, type Words, wordsOf } from './language.ts';
import { type Page, problemContent, type RenderedPage, signInContent } from './pages.ts';
import { hashPassword, isDated } from './passwords.ts';

export interface SignIn extends PasswordCheck {
  readonly issuer: string;
  readonly provider: Provider;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly render: (page: Page) => RenderedPage;
}

export async function handleSignIn(
  signIn: SignIn,
  request: InnerRequest,
  response: ServerResponse,
): Promise<void> {
  const interaction = await findInteraction(signIn, request, response);
  if (!interaction && request.url.endsWith(inboxMark)) {
    response.writeHead(303, { location: new URL('inbox', signIn.issuer).href, 'cache-control': 'no-store' });
    response.end();
  } else if (!interaction) {
    const words = wordsOf({ headers: request.headers, url: request.url, uiLocales: undefined });
    const content = problemContent(words.endedText, {});
    send(response, 400, signIn.render({ words, title: words.endedTitle, content }));
  } else if (request.method === 'POST') {
    await submit(signIn, request, response, interaction);
  } else {
    const chosen = keepChoice(request.url, signIn.issuer);
    if (chosen !== null) response.appendHeader('set-cookie', chosen);
    show(signIn, response, { interaction, request, status: 200, name: interaction.params.login_hint ?? '' });
  }
}

/** The one of the path, if the browser's cookie says that it began there. */
async function findInteraction({ provider }: SignIn, request: InnerRequest, response: ServerResponse) {
  try {
    const interaction = await provider.interactionDetails(request, response);
    return request.url.split(/[/?]/)[2] === interaction.uid ? interaction : null;
  } catch (error) {
    if (error instanceof Error && error.name === 'SessionNotFound') return null;
    throw error;
  }
}

async function submit(
  signIn: SignIn,
  request: InnerRequest,
  response: ServerResponse,
  interaction: Interaction,
): Promise<void> {
  const name = (request.form?.get('name') ?? '').trim();
  const from = request.socket.remoteAddress;
  const typed = { name, password: request.form?.get('password') ?? '' };
  const checked = await checkPassword(signIn, request, typed);
  if (checked.refused) {
    setRetryHeaders(response, checked.refused.retry);
    show(signIn, response, { interaction, request, name, ...checked.refused });
    return;
  }
  const { user, place } = checked;
  if (isDated(user.passwordHash)) void signIn.turns.run(place, () => rehash(signIn, request, user));
  response.appendHeader('set-cookie', signIn.browsers.remember(request.headers.cookie, user.id));
  const ts = issueSecond(signIn.revocations, user.id, signIn.clock.now());
  await signIn.access.note({ what: 'signedIn', who: user.id, from, on: `users/${user.id}` });
  const login = { accountId: user.id, remember: false, ts };
  await signIn.provider.interactionFinished(request, response, { login });
}

/** Nobody waits for it, and one that fails is made at the next sign-in. */
async function rehash(
  { users }: SignIn,
  request: InnerRequest,
  { id, passwordHash }: LocalUser,
): Promise<void> {
  try {
    await users.rehash(id, passwordHash, await hashPassword(request.form?.get('password') ?? ''));
  } catch {
    // The old hash verifies as well as before.
  }
}

interface Shown {
  readonly interaction: Interaction;
  readonly request: InnerRequest;
  readonly status: number;
  readonly name: string;
  readonly problemOf?: (words: Words) => string;
}

function show(
  signIn: SignIn,
  response: ServerResponse,
  { interaction: { params }, request, status, name, problemOf }: Shown,
): void {
  const words = wordsOf({ headers: request.headers, url: request.url, uiLocales: params.ui_locales });
  const app = nameOf(words, params.client_id);
  const content = signInContent({ words, app, name, problem: problemOf?.(words) ?? null });
  const { signInTitle: title } = words;
  send(response, status, signIn.render({ words, title, content, leadsTo: params.redirect_uri }));
}

/** Apps have no name but their id; the hub's own page does. */
function nameOf({ yourInbox, theApp }: Words, clientId = theApp): string {
  return clientId === inboxAppId ? yourInbox : clientId;
}

function send(response: ServerResponse, status: number, { html, headers }: RenderedPage): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(html);
}
