// The start of the page: it completes a sign-in that returns, and shows the console, the sign-in button, or why this person may
// not see it.
import { after, clock } from './clock.ts';
import { type ConsoleConfig, readConfig } from './console-config.ts';
import { text, words } from './language.ts';
import { openApi } from './session/api.ts';
import { forgetOperator, type Operator, readOperator } from './session/session.ts';
import type { ConsolePage } from './shell/console-page.ts';
import type { Outside } from './shell/outside.ts';

const loadSignIn = () => import('./session/sign-in.ts');

export async function start(page: ConsolePage): Promise<void> {
  const config = await readConfig();
  const reason = config ? whyNot(config) : unreachable;
  if (reason || !config) {
    page.view = { kind: 'outside', outside: reason ?? unreachable };
    return;
  }
  const problem = await comeBack(config);
  const operator = readOperator();
  if (!operator) offerSignIn(page, config, problem);
  else if (operator.role === 'none') refuse(page, config, operator);
  else show(page, config, operator);
}

const unreachable = (): Outside => ({
  title: words().signIn('unreachableTitle'),
  text: text('unreachableText'),
  action: { label: words().signIn('tryAgain'), busy: false, run: () => location.reload() },
});

/** Null when nothing stands in the way. */
function whyNot({ publicUrl, clientId, issuer, redirectUri }: ConsoleConfig): (() => Outside) | null {
  if (new URL(publicUrl).origin !== location.origin)
    return () => ({
      title: words().signIn('otherAddressTitle'),
      text: text('otherAddress'),
      link: redirectUri,
    });
  if (!isSecureContext)
    return () => ({ title: words().signIn('insecureTitle'), text: words().signIn('insecureText') });
  if (clientId === null)
    return () => ({ title: words().signIn('noClientTitle'), text: text('noClient', { issuer }) });
  return null;
}

/** Completes a sign-in whose answer is in the address. Returns what went wrong. */
async function comeBack(config: ConsoleConfig): Promise<unknown> {
  const url = new URL(location.href);
  const { searchParams } = url;
  if (!searchParams.has('state') || !(searchParams.has('code') || searchParams.has('error'))) return null;
  // The code must not stay in the history, in a bookmark or in a link that is shared.
  history.replaceState(null, '', location.pathname);
  try {
    const { completeAt } = await loadSignIn();
    const hash = await completeAt(url, config);
    history.replaceState(null, '', location.pathname + hash);
    return null;
  } catch (error) {
    return error;
  }
}

/** `problem` is why the last attempt failed, or the session ended; null when neither did. */
function offerSignIn(page: ConsolePage, config: ConsoleConfig, problem: unknown): void {
  const say = (busy: boolean, error: unknown): void => {
    const outside = (): Outside => ({
      title: text('consoleTitle'),
      text: text('consoleText'),
      problem: error === null ? null : messageOf(error),
      action: { label: words().signIn(busy ? 'moment' : 'signIn'), busy, run },
    });
    page.view = { kind: 'outside', outside };
  };
  const run = (): void => {
    say(true, null);
    loadSignIn()
      .then(({ leaveToSignIn }) => leaveToSignIn(config))
      .then(
        (url) => location.assign(url),
        (error: unknown) => say(false, error),
      );
  };
  say(false, problem);
  // So that it is there when the button is pressed.
  loadSignIn().catch(() => {});
  markUsable(page, 'sign-in');
}

function refuse(page: ConsolePage, config: ConsoleConfig, operator: Operator): void {
  const run = (): void => void leave(page, config, operator);
  const outside = (): Outside => ({
    title: text('noOperatorTitle'),
    text: text(config.localUsers ? 'noOperatorText' : 'noOperatorIssuer', { name: operator.name }),
    ...(config.localUsers ? { command: `npx carillon user create --operator --name ${operator.name}` } : {}),
    action: { label: text('signInOther'), busy: false, run },
    link: `${config.publicUrl}/inbox`,
    linkText: text('toInbox'),
  });
  page.view = { kind: 'outside', outside };
}

function show(page: ConsolePage, config: ConsoleConfig, operator: Operator): void {
  const onSignedOut = (): void => {
    forgetOperator();
    offerSignIn(page, config, new SessionOver());
  };
  const api = openApi({ publicUrl: config.publicUrl, token: operator.accessToken, onSignedOut });
  page.signOut = () => void leave(page, config, operator);
  page.view = { kind: 'inside', config, operator, api };
  after(operator.expiresAt - clock.now(), onSignedOut);
  markUsable(page, 'console');
}

async function leave(page: ConsolePage, config: ConsoleConfig, operator: Operator): Promise<void> {
  const outside = (): Outside => ({ title: words().signIn('signingOut'), text: '' });
  page.view = { kind: 'outside', outside };
  const { signOut } = await loadSignIn();
  const url = signOut(operator, config);
  if (url === null) location.reload();
  else location.assign(url);
}

class SessionOver extends Error {
  override readonly name = 'SessionOver';
}

function messageOf(error: unknown): string {
  if (error instanceof SessionOver) return text('sessionOver');
  if (isOfSignIn(error)) return words().signIn(error.key, error.values);
  return words().signIn('failed', { reason: error instanceof Error ? error.message : String(error) });
}

type SignInFailure = import('../../web/src/sign-in/sign-in-error.ts').SignInError;

/** By its name: importing the class would give it a file of its own, which the first load waits for. */
function isOfSignIn(error: unknown): error is SignInFailure {
  return error instanceof Error && error.name === 'SignInError';
}

/** For measurements: when what it shows first could be used. */
function markUsable(page: ConsolePage, what: 'sign-in' | 'console'): void {
  void page.updateComplete.then(() => performance.mark(`carillon-${what}`));
}
