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

const patterns = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
for (const { path, method } of routes) {
  const source = path.replace(/[.$]/g, '\\$&').replace(/:\w+/g, '[^/]+');
  const entry = patterns.get(path) ?? { pattern: new RegExp(`^${source}/?$`), methods: new Set() };
  entry.methods.add(method);
  patterns.set(path, entry);
}

/** Methods of the most literal path that matches, or none when nothing is there. */
export function methodsAt(url: string): string[] {
  const path = url.split('?', 1)[0] as string;
  const matching = [...patterns.values()].filter(({ pattern }) => pattern.test(path));
  const literal = matching.filter(({ pattern }) => !pattern.source.includes('[^/]+/?$'));
  const best = literal.length > 0 ? literal : matching;
  return [...new Set(best.flatMap(({ methods }) => [...methods]))];
}
