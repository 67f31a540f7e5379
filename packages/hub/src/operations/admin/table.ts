// All admin operations on one screen: method and path, what each runs, how its body is read, which query options it
// understands. An operator's token reaches these and nothing else; nobody else reaches them.
import { getApp, listApps, patchApp, putApp, readApp } from './apps.ts';
import { listAudit } from './audit.ts';
import type { AdminAnswer, AdminCall, AdminServices } from './call.ts';
import { deleteChannel, getChannel, listChannels, putChannel, readChannel } from './channels.ts';
import { listDeliveries, readRedrive, redriveDeliveries } from './deliveries.ts';
import { addHost, getHost, readHostPost, removeHost, verifyHost } from './hosts.ts';
import { pageQuery } from './paging.ts';
import { listUserSubscriptions } from './users.ts';

type AdminMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface AdminVerb {
  readonly method: AdminMethod;
  /** Parameters in braces. */
  readonly path: string;
  readonly summary: string;
  readonly query: readonly string[];
  /** Absent when it takes none. */
  readonly readBody?: (json: unknown, params: AdminCall['params'], services: AdminServices) => unknown;
  readonly run: (call: AdminCall<never>, services: AdminServices) => AdminAnswer | Promise<AdminAnswer>;
}

const app = '/admin/apps/{appId}';
const host = `${app}/hosts/{host}`;
const channel = `${app}/channels/{channel}`;

function verb(
  method: AdminMethod,
  path: string,
  summary: string,
  rest: Pick<AdminVerb, 'run'> & Partial<Pick<AdminVerb, 'query' | 'readBody'>>,
): AdminVerb {
  return { method, path, summary, query: [], ...rest };
}

export const adminTable = {
  listApps: verb('GET', '/admin/apps', 'List the registered apps', { run: listApps, query: pageQuery }),
  getApp: verb('GET', app, 'Read one app', { run: getApp }),
  putApp: verb('PUT', app, 'Make the app what the body says', { run: putApp, readBody: readApp }),
  updateApp: verb('PATCH', app, 'Change of an app what the body says', { run: patchApp, readBody: readApp }),
  addHost: verb('POST', `${app}/hosts`, 'Claim a host name', { run: addHost, readBody: readHostPost }),
  getHost: verb('GET', host, 'Read a host name, with its challenge', { run: getHost }),
  removeHost: verb('DELETE', host, 'Give a host name up', { run: removeHost }),
  verifyHost: verb('POST', `${host}/verify`, 'Look for the proof of a host name', { run: verifyHost }),
  listChannels: verb('GET', `${app}/channels`, 'List the push credentials', { run: listChannels }),
  getChannel: verb('GET', channel, 'Read push credentials, without secrets', { run: getChannel }),
  putChannel: verb('PUT', channel, 'Store push credentials', { run: putChannel, readBody: readChannel }),
  deleteChannel: verb('DELETE', channel, 'Remove push credentials', { run: deleteChannel }),
  listUserSubscriptions: verb('GET', '/admin/users/{user}/subscriptions', "List a user's subscriptions", {
    run: listUserSubscriptions,
  }),
  listDeliveries: verb('GET', '/admin/deliveries', 'List the failed deliveries', {
    run: listDeliveries,
    query: ['status', 'app', ...pageQuery],
  }),
  redriveDeliveries: verb('POST', '/admin/deliveries/redrive', 'Have failed deliveries sent again', {
    run: redriveDeliveries,
    readBody: readRedrive,
  }),
  listAudit: verb('GET', '/admin/audit', 'List what operators did', { run: listAudit, query: pageQuery }),
} as const satisfies Record<string, AdminVerb>;

export type AdminOperation = keyof typeof adminTable;
