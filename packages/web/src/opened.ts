// The inbox of the user who is signed in: the live feed, the component that shows it, and this device among the user's. It opens
// once a page; at sign-out it removes everything of the user.
import { connectHub, Requests } from '@carillon/client';
import { readApps } from '@carillon/client/apps';
import { closeWhatIsHandled, forgetNotifications, type HubClock } from '@carillon/client/web-push';
import type { CarillonInbox } from '@carillon/inbox/core';
import '@carillon/inbox/core';
import type { Notification } from '@carillon/protocol';
import { within } from './clock.ts';
import type { Aside, AsideOptions } from './devices/aside.ts';
import type { InboxConfig } from './inbox-config.ts';
import { followPlace } from './place.ts';
import type { PreferencesDialog, PreferencesOptions } from './preferences/preferences-dialog.ts';
import type { User } from './sign-in/id-token.ts';
import type { Session, Signed } from './sign-in/session.ts';
import type { Vault } from './sign-in/vault.ts';
import { deviceName, readInstallation, registerDevice } from './this-device.ts';
import { showUnread } from './unread-mark.ts';
import { findWorker, registered } from './worker.ts';

export interface Opened {
  readonly user: User;
  readonly inbox: HTMLElement;
  /** Filled with the devices and sessions once the inbox is shown. */
  readonly aside: HTMLElement;
  /** Opens mutes and quiet hours. */
  showPreferences(): void;
  /** Resolves once the list is shown, from the hub or from the stored copy. */
  readonly ready: Promise<void>;
  /** Saves all that the hub holds of the user as a file. */
  downloadData(): Promise<void>;
  /** Posts a notification to the user. */
  send(notification: object): Promise<void>;
  /** Ends this device's registration, and removes what is stored of the feed. */
  leave(): Promise<void>;
}

export interface OpenOptions {
  readonly config: InboxConfig;
  readonly session: Session;
  readonly signed: Signed;
  readonly vault: Vault;
  readonly clock: HubClock;
}

export async function openInbox({ config, session, signed, vault, clock }: OpenOptions): Promise<Opened> {
  const { publicUrl: baseUrl, targetHostName, pictures } = config;
  const { token } = session;
  const [installationId, device] = await Promise.all([
    readInstallation(vault),
    vault.read<string>(deviceName),
  ]);
  const account = [signed.issuer, signed.user.subject, signed.clientId].join('|');
  // Another device may have removed this one, or it slept for longer than its lease.
  const onDeviceRefused = (): void => tryRegister();
  const hub = connectHub({ baseUrl, token, account, device, clock, onDeviceRefused, worker: registered });
  // Without a device: requests about all devices must not depend on this one's registration.
  const calls = new Requests({ baseUrl, token, clock });
  const feed = hub.feed();
  const inbox = Object.assign(document.createElement('carillon-inbox'), {
    ...{ feed, inline: true, mutes: true },
    pictures: pictures === undefined ? ('on' as const) : ('off' as const),
  });
  void nameSenders(inbox, calls, vault);
  if (pictures) void showProxied(inbox, calls).catch(() => {});
  // As the list counts: without what is for an app alone.
  inbox.addEventListener('carillon-count', ({ detail }) => showUnread(detail.count));
  followPlace(inbox);
  const readDevice = async (): Promise<string | null> => (await vault.read<string>(deviceName)) ?? null;
  const openPreferences = lazyPreferences({ calls, feed, readDevice });
  inbox.addEventListener('carillon-mute', ({ detail }) => openPreferences(detail.notification));
  const aside = lazyAside(feed.ready);
  const register = async (): Promise<void> => {
    const { id } = await registerDevice({ calls, installationId, targetHostName, now: clock.now() });
    aside.refresh();
    await vault.write(deviceName, id);
    hub.useDevice(id);
  };
  aside.open({ hub, calls, installationId, targetHostName, register, clock });
  const tryRegister = (): void => void register().catch(() => {}); // offline: the network's return does it
  tryRegister();
  // A page that was opened offline has no devices yet.
  addEventListener('online', tryRegister);
  void findWorker().then((worker) => worker && closeWhatIsHandled(feed, worker));
  return {
    user: signed.user,
    ready: feed.ready,
    inbox,
    aside: aside.element,
    showPreferences: () => openPreferences(null),
    downloadData: () => saveData(calls),
    async send(notification) {
      await calls.send('POST', 'me/notifications', { body: notification });
    },
    async leave() {
      // What is stored and shown here is removed first, without waiting for the hub.
      await hub.signOut();
      const worker = await findWorker();
      if (worker) await forgetNotifications(worker).catch(() => {});
      const own = await vault.read<string>(deviceName);
      const pushed = await worker?.pushManager.getSubscription().catch(() => null);
      await Promise.allSettled([pushed?.unsubscribe(), own && calls.unsubscribe(own)]);
    },
  };
}

async function saveData(calls: Requests): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await (await calls.send('GET', 'me/export')).blob());
  link.download = 'carillon.jsonl';
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Those of the last visit at once, and offline. */
async function nameSenders(inbox: CarillonInbox, calls: Requests, vault: Vault): Promise<void> {
  try {
    inbox.apps = (await vault.read<CarillonInbox['apps']>('apps')) ?? [];
    inbox.apps = await readApps(calls);
    await vault.write('apps', inbox.apps);
  } catch {
    // Host names are shown.
  }
}

/** Without that file none is shown. */
async function showProxied(inbox: CarillonInbox, calls: Requests): Promise<void> {
  const { openProxiedPictures } = await import('./devices/aside.ts');
  inbox.pictures = openProxiedPictures(calls);
}

/** Loads the dialog, with what stands beside the inbox, when it is opened before that. */
function lazyPreferences(options: PreferencesOptions) {
  let dialog: PreferencesDialog | null = null;
  const show = async (notification: Notification | null): Promise<void> => {
    const { PreferencesDialog: Dialog } = await import('./devices/aside.ts');
    if (!dialog) {
      dialog = new Dialog();
      document.body.append(dialog);
    }
    await dialog.show(options, notification);
  };
  return (notification: Notification | null): void => void show(notification).catch(() => {});
}

/** After this long without a list the rest is loaded all the same. */
const shownMaxMs = 4000;

/** Loads it once the inbox is shown, or when the person goes there. Where that fails, the network's return does it. */
function lazyAside(shown: Promise<void>) {
  const element = document.createElement('div');
  let opened: Aside | null = null;
  const open = (options: AsideOptions): void => {
    const load = async (): Promise<void> => {
      const { openAside } = await import('./devices/aside.ts');
      if (opened) return;
      opened = openAside(options);
      element.append(...opened.panels);
    };
    const tryLoad = (): void => void load().catch(() => {});
    const follow = (): void => {
      if (location.hash === '#devices') tryLoad();
    };
    addEventListener('hashchange', follow);
    addEventListener('online', tryLoad);
    follow();
    void within(
      shownMaxMs,
      shown.catch(() => {}),
    ).then(tryLoad);
  };
  return { element, open, refresh: () => opened?.refresh() };
}
