// The hub's own inbox page as an app: it exists without being registered, in no list and in no store, so that no command
// shows, changes or chooses it. It is a public client that signs users in with PKCE; its tokens see all apps' notifications
// because it asks for that scope, not because of what it is.
import type { App } from '../model/app.ts';
import { HubError } from '../model/errors.ts';
import type { AppRegistry, Registry } from '../store/registry.ts';

/** Its app id, and its client id with the embedded provider. */
export const inboxAppId = 'carillon-inbox';

export interface InboxOptions {
  readonly publicUrl: string;
  readonly clientId: string;
}

function inboxApp({ publicUrl, clientId }: InboxOptions): App {
  const redirectUris = [`${publicUrl}/inbox`];
  const client = { clientId, public: true, secretHash: null, redirectUris };
  return { id: inboxAppId, hosts: [hostOf(publicUrl)], clients: [client], blocked: false };
}

/** The host name that the inbox's devices and its own notifications bear. */
export function hostOf(publicUrl: string): string {
  return new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
}

/** The same registry, in which the inbox is found too. It comes first: nobody takes its place by registering its id. */
export function withInbox(registry: Registry, options: InboxOptions): Registry {
  const inbox = inboxApp(options);
  const { apps, audit } = registry;
  const guarded =
    (put: AppRegistry['put']): AppRegistry['put'] =>
    async (app) => {
      refuseIts(app, options.clientId);
      await put(app);
    };
  return {
    ...registry,
    audit: {
      list: (page) => audit.list(page),
      record: (entry, write) =>
        audit.record(entry, (within) =>
          write({ ...within, apps: { ...within.apps, put: guarded(within.apps.put) } }),
        ),
    },
    apps: {
      version: () => apps.version(),
      list: () => apps.list(),
      findById: (appId) => (appId === inbox.id ? inbox : apps.findById(appId)),
      findByClient: (clientId) => (clientId === options.clientId ? inbox : apps.findByClient(clientId)),
      put: guarded(apps.put),
    },
  };
}

function refuseIts({ id, clients }: App, clientId: string): void {
  if (id !== inboxAppId && !clients.some((client) => client.clientId === clientId)) return;
  throw new HubError('invalidRequest', `The id ${id === inboxAppId ? id : clientId} is the inbox's own.`);
}
