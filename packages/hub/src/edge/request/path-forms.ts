// The forms in which OData and Graph write a path -> the one that the routes have: `delta()`, `microsoft.graph.delta()`,
// `notifications('id')`, `users('name')` with quotes doubled, names in any case (OData 4.01, part 2, section 4.3 and 4.5). What
// is no path of an operation stays as it is.
import { graphVersions } from '@carillon/protocol';
import { routes } from './paths.ts';

interface Place {
  /** By name in lower case. */
  readonly named: Map<string, Named>;
  any: Place | null;
}
interface Named {
  readonly name: string;
  readonly place: Place;
}

function emptyPlace(): Place {
  return { named: new Map(), any: null };
}

const root = emptyPlace();
const ofOperations = routes.map(({ path }) => path).filter((path) => !path.startsWith('/admin/'));
/** What else stands below the versions. */
const beside = graphVersions.flatMap((version) => [`/${version}/$metadata`, `/${version}/notificationKeys`]);
for (const path of [...ofOperations, ...beside]) {
  let place = root;
  for (const name of path.split('/').slice(1)) {
    if (name.startsWith(':')) {
      place.any ??= emptyPlace();
      place = place.any;
      continue;
    }
    const known = place.named.get(name.toLowerCase()) ?? { name, place: emptyPlace() };
    place.named.set(name.toLowerCase(), known);
    place = known.place;
  }
}

/** What may be qualified, as $metadata has it. */
const bound = [
  ...['delta', 'stream'],
  ...['updatestate', 'respond', 'explain', 'receipts', 'streamticket', 'reauthorize', 'rotatesecret'],
];
const namespace = /^microsoft\.graph\./i;
const withKey = /^(\w+)\('((?:[^']|'')*)'\)$/;
/** Most paths have nothing to be changed, and pass at the cost of this. */
const isPlain = /^\/(?:beta|v1\.0)\/[^A-Z()'%?.]*(?:$|\?)/;
/** What the router must not take for another path. */
const unreserved = /^[^/\\]+$/;

/** Without the origin of an absolute-form target (RFC 9112, 3.2.2), which is the client's claim and not the hub's. */
export function localUrl(url: string): string {
  if (isPlain.test(url)) return url;
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*(?=\/)/i, '');
  const end = local.indexOf('?');
  const path = end < 0 ? local : local.slice(0, end);
  return plainPath(path) + local.slice(path.length);
}

function plainPath(path: string): string {
  const segments: string[] = [];
  let place: Place | null = root;
  for (const segment of path.split('/').slice(1)) {
    const text = decode(segment);
    const [name, key] = namedKey(text);
    const known: Named | undefined = place?.named.get(nameOf(name));
    if (known && key === null) segments.push(known.name);
    else if (
      known?.place.any &&
      key !== null &&
      !known.place.named.has(key.toLowerCase()) &&
      unreserved.test(key)
    )
      segments.push(known.name, encodeURIComponent(key));
    // `$` may be written %24.
    else segments.push(segment.replaceAll('%24', '$'));
    place = known ? (key === null ? known.place : known.place.any) : (place?.any ?? null);
  }
  return `/${segments.join('/')}`;
}

function namedKey(text: string): [name: string, key: string | null] {
  const [, name, key] = withKey.exec(text) ?? [];
  return name === undefined || key === undefined ? [text, null] : [name, key.replaceAll("''", "'")];
}

function nameOf(text: string): string {
  const name = text.toLowerCase();
  const local = name.replace(namespace, '').replace(/^(delta|stream)\(\)$/, '$1');
  return bound.includes(local) ? local : name;
}

/** What is not validly encoded the router refuses. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
