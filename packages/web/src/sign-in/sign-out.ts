// Signing out removes everything of the user from this browser: tokens (revoked at the issuer), stored and shown
// notifications, the page's databases, and last the issuer's own session, by a redirect.
import { forgetNotifications } from '@carillon/client/web-push';
import { within } from '../clock.ts';
import type { InboxConfig } from '../inbox-config.ts';
import { deviceName, installationName } from '../this-device.ts';
import { findWorker } from '../worker.ts';
import { forgetSigned, type Signed } from './session.ts';
import type { Vault } from './vault.ts';

/** Set while the next sign-in must ask for a password, even if the issuer was not reached to end its session. */
export const askAgainName = 'carillon-ask-again';
/** The feed's copy and the vault. The push record is not deleted: it is emptied, and says that nobody is signed in. */
const userDatabases = ['carillon', 'carillon-page'];
/** Signing out waits no longer for the hub or the issuer. */
const answerMaxMs = 4000;
const ownerName = 'owner';
/** In the vault, beside the tokens. */
const personalNames = ['signed', installationName, deviceName];

export interface SignOutOptions {
  readonly signed: Signed;
  readonly config: InboxConfig;
  readonly vault: Vault;
  /** Closes what is open of the user's and ends this device's registration; its failure holds nothing up. */
  readonly leave: () => Promise<void>;
}

/** Answers where to go to end the issuer's session; null when it can't be, or has none to end. */
export async function signOut({ signed, config, vault, leave }: SignOutOptions): Promise<string | null> {
  await within(
    answerMaxMs,
    leave().catch(() => {}),
  );
  await forgetSigned(vault);
  const revoked = await revoke(signed);
  await navigator.clearAppBadge?.().catch(() => {}); // only installed apps have one
  sessionStorage.clear();
  localStorage.clear();
  localStorage.setItem(askAgainName, '1');
  await Promise.all(userDatabases.map(removeDatabase));
  if (!revoked || signed.endSessionEndpoint === null) return null;
  const url = new URL(signed.endSessionEndpoint);
  url.searchParams.set('id_token_hint', signed.idToken);
  url.searchParams.set('client_id', signed.clientId);
  url.searchParams.set('post_logout_redirect_uri', config.redirectUri);
  return url.href;
}

/**
 * Before a user's tokens are stored. The last user may not have signed out: after a sign-in that was revoked or expired, the
 * stored data waits for the same user. For another user it is removed first.
 */
export async function makeRoomFor({ user, issuer }: Signed, vault: Vault): Promise<void> {
  const owner = `${issuer}|${user.subject}`;
  const last = await vault.read<string>(ownerName);
  if (last !== null && last !== owner) {
    const worker = await findWorker();
    const pushed = await worker?.pushManager.getSubscription().catch(() => null);
    await Promise.allSettled([pushed?.unsubscribe(), worker && forgetNotifications(worker)]);
    await removeDatabase('carillon');
    await vault.remove(...personalNames);
  }
  await vault.write(ownerName, owner);
}

/** Whether the issuer was reached. */
async function revoke({ revocationEndpoint, refreshToken, accessToken, clientId }: Signed): Promise<boolean> {
  if (revocationEndpoint === null) return navigator.onLine;
  const body = new URLSearchParams({ token: refreshToken ?? accessToken, client_id: clientId });
  const signal = AbortSignal.timeout(answerMaxMs);
  return fetch(revocationEndpoint, { method: 'POST', body, credentials: 'omit', signal })
    .then((response) => response.text())
    .then(
      () => true,
      () => false,
    );
}

/** A tab that still has it open gets an event, and closes it. */
function removeDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => resolve();
  });
}
