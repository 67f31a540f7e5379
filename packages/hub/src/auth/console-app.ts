// The hub's own console as a client of the embedded provider, the only one that may ask for the roles of operators. Like
// the inbox it exists without being registered.
import type { App } from '../model/app.ts';
import { operatorScopes } from './scope-names.ts';

/** Its app id, and its client id. */
export const consoleAppId = 'carillon-console';

export function consoleApp(publicUrl: string): App {
  const client = {
    clientId: consoleAppId,
    public: true,
    secretHash: null,
    redirectUris: [`${publicUrl}/console`],
    scopes: operatorScopes,
  };
  return { id: consoleAppId, hosts: [], clients: [client], blocked: false };
}
