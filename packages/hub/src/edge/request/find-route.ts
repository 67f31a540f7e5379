// From a path to its operation without HTTP's router, for the parts of a batch: the same routes, the same names before ids, the
// same refusals, in the same order.
import { HubError, invalid, notFound } from '../../model/errors.ts';
import { methodsOf, type Route, routes, wrongMethod } from './paths.ts';

interface Place {
  /** By segment, in lower case. */
  readonly named: Map<string, Place>;
  any: Place | null;
  readonly routes: Map<string, Route>;
}

function emptyPlace(): Place {
  return { named: new Map(), any: null, routes: new Map() };
}

const root = emptyPlace();
for (const route of routes) {
  let place = root;
  for (const segment of segmentsOf(route.path)) {
    const next = segment.startsWith(':') ? place.any : place.named.get(segment.toLowerCase());
    const found = next ?? emptyPlace();
    if (segment.startsWith(':')) place.any = found;
    else place.named.set(segment.toLowerCase(), found);
    place = found;
  }
  for (const method of methodsOf(route.operation)) place.routes.set(method, route);
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1);
}

export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** As the router of HTTP has it (edge/http/http.ts). */
const paramCharacters = 512;

/** `path`: without query and trailing slash. Throws `notFound` and `methodNotAllowed`. */
export function findRoute(method: string, path: string): Found {
  let place: Place | null = root;
  const segments = segmentsOf(path).map(decode);
  for (const segment of segments)
    place = segment === '' ? null : (place?.named.get(segment.toLowerCase()) ?? place?.any ?? null);
  if (!place || place.routes.size === 0) throw nothingHere();
  const route = place.routes.get(method);
  if (!route) throw wrongMethod([...place.routes.keys()]);
  return { route, params: paramsOf(route, segments) };
}

export function nothingHere(): HubError {
  return new HubError('notFound', 'There is nothing at this path.');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid('The path of the URL is not validly encoded.');
  }
}

function paramsOf({ path }: Route, segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [index, name] of segmentsOf(path).entries()) {
    const given = segments[index] ?? '';
    if (!name.startsWith(':')) continue;
    if (given.length > paramCharacters) throw notFound();
    params[name.slice(1)] = given;
  }
  return params;
}
