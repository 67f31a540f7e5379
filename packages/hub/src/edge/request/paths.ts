// Paths of the wire <-> operations: what begins with /me also stands below /users/{user}, all but /admin below /beta and
// /v1.0. And which methods a path supports, for the 405 and for CORS.
import { type GraphVersion, graphVersions } from '@carillon/protocol';
import { HubError, invalid } from '../../model/errors.ts';
import type { Operation } from '../../operations/kernel/operation.ts';
import type { Query } from '../../operations/kernel/query.ts';
import { operationTable } from '../../operations/table.ts';

export interface Route {
  readonly operation: Operation;
  readonly version: GraphVersion;
  /** In the router's notation. */
  readonly path: string;
}

/** HEAD stands where GET is, but for streams, which have no end. */
export function methodsOf({ method, answer }: Operation): string[] {
  return method === 'GET' && answer.type !== 'text/event-stream' ? ['GET', 'HEAD'] : [method];
}

export const routes: readonly Route[] = operationTable.flatMap((operation) =>
  operation.paths.flatMap((path) =>
    placesOf(path).map(({ version, place }) => ({
      operation,
      version,
      path: place.replace(/\{(\w+)\}/g, ':$1'),
    })),
  ),
);

function placesOf(path: string): { version: GraphVersion; place: string }[] {
  // Outside of the versions, and answered as /v1.0 is.
  if (path.startsWith('/admin/')) return [{ version: 'v1.0', place: path }];
  const forms = /^\/me(?:\/|$)/.test(path) ? [path, path.replace('/me', '/users/{user}')] : [path];
  return graphVersions.flatMap((version) => forms.map((form) => ({ version, place: `/${version}${form}` })));
}

export function versionOf(url: string): GraphVersion {
  return url.startsWith('/beta') ? 'beta' : 'v1.0';
}

interface PathPattern {
  readonly pattern: RegExp;
  /** Ends in a name of its own and not in any id. */
  readonly literal: boolean;
  readonly methods: Set<string>;
}

const endsInParam = /\/:\w+$/;
const patterns = new Map<string, PathPattern>();
for (const { path, operation } of routes) {
  const source = path.replace(/[.$]/g, '\\$&').replace(/:\w+/g, '[^/]+');
  const entry = patterns.get(path) ?? {
    pattern: new RegExp(`^${source}/?$`),
    literal: !endsInParam.test(path),
    methods: new Set(),
  };
  for (const method of methodsOf(operation)) entry.methods.add(method);
  patterns.set(path, entry);
}

/** Methods of the most literal path that matches, or none when nothing is there. */
export function methodsAt(url: string): string[] {
  const path = pathOf(url);
  const matching = [...patterns.values()].filter(({ pattern }) => pattern.test(path));
  const named = matching.filter(({ literal }) => literal);
  const best = named.length > 0 ? named : matching;
  return [...new Set(best.flatMap(({ methods }) => [...methods]))];
}

/** Names of its own beside a route that takes any id, like `delta`: with a method that such a name lacks, they are no id. */
export function literalSiblings(routePath: string): ReadonlySet<string> {
  const place = routePath.slice(0, routePath.lastIndexOf('/') + 1);
  if (!endsInParam.test(routePath)) return new Set();
  const beside = [...patterns.keys()].filter((path) => path.startsWith(place) && path !== routePath);
  return new Set(beside.map((path) => path.slice(place.length)).filter((name) => !/[/:]/.test(name)));
}

/** Without query and trailing slash. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return (end < 0 ? url : url.slice(0, end)).replace(/\/$/, '');
}

/** How far into a path a proxy's prefix may reach, in segments. */
const prefixSegmentsMax = 4;

/** The paths that are left when the first segments are taken for a proxy's prefix; of `/prefix/` it is the root. */
export function strippedPaths(url: string): string[] {
  const path = pathOf(url);
  const paths: string[] = /^\/[^/?]+\/(?:\?|$)/.test(url) ? [''] : [];
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
    if (paths.length === prefixSegmentsMax) break;
    paths.push(path.slice(at));
  }
  return paths;
}

const noQuery: Query = new Map();

/** What a URL asks for after `?`, by name. */
export function readQuery(url: string): Query {
  const start = url.indexOf('?');
  if (start < 0) return noQuery;
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    if (query.has(name)) throw invalid(`The query option "${name}" is given twice.`, name);
    query.set(name, value);
  }
  return query;
}

export function wrongMethod(allow: readonly string[]): HubError {
  return new HubError('methodNotAllowed', `This path supports ${allow.join(', ')}.`, { allow });
}
