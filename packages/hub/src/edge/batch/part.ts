// One part of a batch, before any runs: its URL is relative and leads to no batch, stream or wait, else the whole batch is
// wrong. What else is wrong with where it leads is the answer of the part alone.
import type { GraphVersion } from '@carillon/protocol';
import { HubError, invalid } from '../../model/errors.ts';
import type { PartOrder } from '../../operations/batch/part-order.ts';
import type { Query } from '../../operations/kernel/query.ts';
import { type Found, findRoute } from '../request/find-route.ts';
import { localUrl } from '../request/path-forms.ts';
import { pathOf, readQuery } from '../request/paths.ts';

interface Target extends Found {
  readonly path: string;
  readonly query: Query;
}

export interface Part {
  readonly order: PartOrder;
  /** With the version, as a request by itself has it. */
  readonly url: string;
  /** What it leads to, or why to nothing. */
  readonly target: Target | HubError;
}

/** Throws `invalidRequest` when it may not stand in a batch. */
export function readPart(order: PartOrder, index: number, version: GraphVersion): Part {
  const at = `requests[${index}].url`;
  const url = readUrl(order.url, version, at);
  const target = readTarget(order.method, url);
  if (/\/\$batch$/i.test(pathOf(url))) throw invalid('A batch does not stand in a batch.', at);
  if (target instanceof HubError) return { order, url, target };
  const { answer, waits } = target.route.operation;
  if (answer.type === 'text/event-stream') throw invalid('A stream does not stand in a batch.', at);
  if (waits?.(target.query)) throw invalid('A request that waits does not stand in a batch.', at);
  return { order, url, target };
}

const withVersion: Readonly<Record<GraphVersion, RegExp>> = {
  beta: /^\/beta(?=[/?]|$)/,
  'v1.0': /^\/v1\.0(?=[/?]|$)/,
};

/** Neither an origin nor what a reader of URLs may take for one. In JSON, spaces of a query need not be encoded. */
function readUrl(given: string, version: GraphVersion, at: string): string {
  const isRelative = !/^[a-z][a-z\d+.-]*:/i.test(given) && !/^\/\/|[\\#\p{Cc}]|^[^?]*\s/u.test(given);
  // msgraph-core for Python leaves the version in.
  const path = given.replace(/^\/?/, '/').replace(withVersion[version], '').replaceAll(' ', '%20');
  if (isRelative) return localUrl(`/${version}${path}`);
  throw invalid(`"${at}" must be relative to /${version}, such as me/notifications, without a fragment.`, at);
}

function readTarget(method: string, url: string): Target | HubError {
  const path = pathOf(url);
  try {
    return { ...findRoute(method, path), path, query: readQuery(url) };
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
}
