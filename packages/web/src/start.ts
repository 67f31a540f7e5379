// The start of the page: it reads the address, completes a sign-in that returns, and shows the inbox or the sign-in button.
// Signing in and out reach the browser's other tabs.
import { HubClock } from '@carillon/client/web-push';
import { type InboxConfig, readConfig } from './inbox-config.ts';
import { openInstall } from './install.ts';
import { keptChoice, words } from './language.ts';
import { openInbox } from './opened.ts';
import type { Page } from './parts/page.ts';
import type { Welcome } from './parts/welcome.ts';
import { messageOf, whyNot } from './reasons.ts';
import { correctClock } from './sign-in/page-clock.ts';
import { keepSigned, openSession, type Session, type Signed } from './sign-in/session.ts';
import { askAgainName, makeRoomFor, signOut } from './sign-in/sign-out.ts';
import { openVault } from './sign-in/vault.ts';
import { showUnread } from './unread-mark.ts';

const vault = openVault();
/** One for the sign-in, the feed and the devices. */
const clock = new HubClock();
const session = openSession({ vault, clock });
/** Other tabs reload when another user, or nobody, is signed in. */
const tabs = new BroadcastChannel('carillon-page');
/** Who is signed in needs nothing of it. */
const loadCodeFlow = () => import('./sign-in/code-flow.ts');

export async function start(page: Page): Promise<void> {
  const config = await readConfig(vault, clock);
  const reason = whyNot(config);
  if (reason || !config) {
    // Said again in each language that is chosen.
    if (reason) page.view = { kind: 'outside', welcome: () => whyNot(config) ?? reason };
    return;
  }
  tabs.onmessage = () => location.reload();
  const problem = await comeBack(config);
  const signed = await session.current();
  if (signed && signed.issuer === config.issuer && signed.clientId === config.clientId)
    await showInbox(page, config, signed);
  else offerSignIn(page, config, problem);
}

/** Completes a sign-in whose answer is in the address. Returns what went wrong. */
async function comeBack(config: InboxConfig): Promise<unknown> {
  const url = new URL(location.href);
  if (!isAnswer(url)) return null;
  // The code must not stay in the history, in a bookmark or in a link that is shared.
  history.replaceState(null, '', location.pathname);
  try {
    const { completeSignIn } = await loadCodeFlow();
    const { signed, hash } = await completeSignIn(url, {
      ...{ config, clock, attempts: sessionStorage },
      onAnswer: (response) => correctClock(clock, response, vault),
    });
    history.replaceState(null, '', location.pathname + hash);
    await makeRoomFor(signed, vault);
    await keepSigned(vault, signed);
    localStorage.removeItem(askAgainName);
    tabs.postMessage('signed in');
    return null;
  } catch (error) {
    return error;
  }
}

/** Whether the issuer has sent the user back to this address. */
function isAnswer({ searchParams }: URL): boolean {
  return searchParams.has('state') && (searchParams.has('code') || searchParams.has('error'));
}

/** `problem` is why the last attempt failed; null when there was none. */
function offerSignIn(page: Page, config: InboxConfig, problem: unknown): void {
  const show = (busy: boolean, error: unknown): void => {
    const welcome = (): Welcome => {
      const { text } = words();
      const action = { label: text(busy ? 'moment' : 'signIn'), busy, run };
      const said = error === null ? null : messageOf(error);
      return { title: text('inboxTitle'), text: text('inboxText'), problem: said, action };
    };
    page.view = { kind: 'outside', welcome };
  };
  const run = (): void => {
    show(true, null);
    const askAgain = localStorage.getItem(askAgainName) !== null;
    loadCodeFlow()
      .then(({ beginSignIn }) =>
        beginSignIn({ config, askAgain, language: keptChoice(), attempts: sessionStorage }),
      )
      .then(
        (url) => location.assign(url),
        (error: unknown) => show(false, error),
      );
  };
  show(false, problem);
  // So that it is there when the button is pressed.
  loadCodeFlow().catch(() => {});
  markUsable(page, 'sign-in');
}

async function showInbox(page: Page, config: InboxConfig, signed: Signed): Promise<void> {
  const opened = await openInbox({ config, session: endingAt(page, config), signed, vault, clock });
  let turn = 0;
  const actions = {
    signOut() {
      page.leaving = true;
      const welcome = (): Welcome => {
        const { text } = words();
        return { title: text('signingOut'), text: text('signingOutText') };
      };
      page.view = { kind: 'outside', welcome };
      const leave = (): Promise<void> => opened.leave();
      signOut({ signed, config, vault, leave }).then((url) => {
        showUnread(0);
        tabs.postMessage('signed out');
        if (url === null) location.reload();
        else location.assign(url);
      });
    },
    async sendOne() {
      const { sampleAt } = await import('./samples.ts');
      await opened.send(sampleAt(turn++, config.demoHostName ?? config.targetHostName));
    },
  };
  const install = openInstall((run) => {
    page.actions = { ...actions, install: run };
  });
  page.actions = { ...actions, install };
  page.view = { kind: 'inside', opened, config };
  void opened.ready.then(() => markUsable(page, 'inbox'));
}

/** For measurements: when what it shows first could be used. */
function markUsable(page: Page, what: 'sign-in' | 'inbox'): void {
  void page.updateComplete.then(() => performance.mark(`carillon-${what}`));
}

/** The session; when it ends, the sign-in button is shown. */
function endingAt(page: Page, config: InboxConfig): Session {
  return {
    ...session,
    async token(asked) {
      try {
        return await session.token(asked);
      } catch (error) {
        if (page.leaving === false) offerSignIn(page, config, error);
        throw error;
      }
    },
  };
}
