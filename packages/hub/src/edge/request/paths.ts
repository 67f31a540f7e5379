// Paths of the wire <-> operations: every operation below /beta and /v1.0, for `me` and for `users/{user}`, and which
// methods a path supports, for the 405 and for CORS.
import {
  type GraphVersion,
  graphVersions,
  type OperationName,
  type OperationShape,
  operationTable,
} from '@carillon/protocol';

export interface Route {
  readonly operation: OperationName;
  readonly version: GraphVersion;
  readonly method: string;
  /** In the router's notation. */
  readonly path: string;
}

export const routes: readonly Route[] = graphVersions.flatMap((version) =>
  (Object.entries(operationTable) as [OperationName, OperationShape][]).flatMap(
    ([operation, { method, paths }]) =>
      paths.flatMap((path) =>
        ['me', 'users/:user'].map((user) => ({
          operation,
          version,
          method,
          path: `/${version}${path.replace('{user}', user).replace('{id}', ':id')}`,
        })),
      ),
  ),
);

export function versionOf(url: string): GraphVersion {
  return url.startsWith('/beta') ? 'beta' : 'v1.0';
}

interface PathPattern {
  readonly pattern: RegExp;
  /** Ends in a name of its own and not in any id. */
  readonly literal: boolean;
  readonly methods: Set<string>;
}

const patterns = new Map<string, PathPattern>();
for (const { path, method } of routes) {
  const source = path.replace(/[.$]/g, '\\$&').replace(/:\w+/g, '[^/]+');
  const entry = patterns.get(path) ?? {
    pattern: new RegExp(`^${source}/?$`),
    literal: !path.endsWith('/:id'),
    methods: new Set(),
  };
  entry.methods.add(method);
  patterns.set(path, entry);
}

/** Methods of the most literal path that matches, or none when nothing is there. */
export function methodsAt(url: string): string[] {
  const path = url.split('?', 1)[0] as string;
  const matching = [...patterns.values()].filter(({ pattern }) => pattern.test(path));
  const named = matching.filter(({ literal }) => literal);
  const best = named.length > 0 ? named : matching;
  return [...new Set(best.flatMap(({ methods }) => [...methods]))];
}

const collections = new Map<string, Set<string>>();
for (const path of patterns.keys()) {
  const end = path.lastIndexOf('/');
  const names = collections.get(path.slice(0, end)) ?? new Set();
  collections.set(path.slice(0, end), names.add(path.slice(end + 1)));
}

/** Whether a route that takes any id was reached by a name of its own, like `delta`, with a method that it lacks. */
export function isLiteralSibling(routePath: string, id: string): boolean {
  return routePath.endsWith('/:id') && (collections.get(routePath.slice(0, -4))?.has(id) ?? false);
}
