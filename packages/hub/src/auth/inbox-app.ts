// The hub's own inbox page as an app: it exists without being registered, in no list and in no store, so that no command
// shows, changes or chooses it. It is a public client that signs users in with PKCE; its tokens see all apps' notifications
// because it was granted that scope and asks for it, not because of what it is.
import type { App } from '../model/app.ts';
import { HubError } from '../model/errors.ts';
import type { AppRegistry, Registry } from '../store/registry.ts';
import { allScope, createdByAppScopes } from './scope-names.ts';

/** Its app id, and its client id with the embedded provider. */
export const inboxAppId = 'carillon-inbox';

export interface InboxOptions {
  readonly publicUrl: string;
  readonly clientId: string;
  /** More host names that it may post for. */
  readonly hosts?: readonly string[];
}

export function inboxApp({ publicUrl, clientId, hosts = [] }: InboxOptions): App {
  const redirectUris = [`${publicUrl}/inbox`];
  const scopes = [...createdByAppScopes, allScope];
  const client = { clientId, public: true, secretHash: null, redirectUris, scopes };
  return { id: inboxAppId, hosts: [hostOf(publicUrl), ...hosts], clients: [client], blocked: false };
}

/** The host name that the inbox's devices and its own notifications bear. */
export function hostOf(publicUrl: string): string {
  return new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
}

/** The same registry, in which the hub's own apps are found too. They come first: nobody takes their place. */
export function withOwnApps(registry: Registry, own: readonly App[]): Registry {
  const byId = new Map(own.map((app) => [app.id, app]));
  const byClient = new Map(own.flatMap((app) => app.clients.map(({ clientId }) => [clientId, app] as const)));
  const { apps, audit } = registry;
  const guarded =
    (put: AppRegistry['put']): AppRegistry['put'] =>
    async (app) => {
      const ids = [app.id, ...app.clients.map(({ clientId }) => clientId)];
      const taken = ids.find((id) => byId.has(id) || byClient.has(id));
      if (taken !== undefined) throw new HubError('invalidRequest', `The id ${taken} is the hub's own.`);
      await put(app);
    };
  return {
    ...registry,
    audit: {
      ...audit,
      record: (entry, write) =>
        audit.record(entry, (within) =>
          write({ ...within, apps: { ...within.apps, put: guarded(within.apps.put) } }),
        ),
    },
    apps: {
      version: () => apps.version(),
      list: () => apps.list(),
      findById: (appId) => byId.get(appId) ?? apps.findById(appId),
      findByClient: (clientId) => byClient.get(clientId) ?? apps.findByClient(clientId),
      put: guarded(apps.put),
    },
  };
}
