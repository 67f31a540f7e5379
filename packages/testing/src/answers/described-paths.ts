// From a path of the wire to what docs/openapi.json says of it: names before parameters, /beta as /v1.0, and below
// users/{id} what stands below /me.

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

interface DescribedAnswer {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

export interface Described extends DescribedOperation {
  /** JSON pointer into the document. */
  readonly pointer: string;
}

interface Place {
  readonly named: Map<string, Place>;
  any: Place | null;
  path: string | null;
}

export interface DescribedPaths {
  readonly document: OpenApi;
  readonly root: Place;
}

function emptyPlace(): Place {
  return { named: new Map(), any: null, path: null };
}

export function readPaths(document: OpenApi): DescribedPaths {
  const root = emptyPlace();
  for (const path of Object.keys(document.paths)) {
    let place = root;
    for (const segment of path.split('/').slice(1)) {
      const isAny = segment.startsWith('{');
      const next: Place = (isAny ? place.any : place.named.get(segment)) ?? emptyPlace();
      if (isAny) place.any = next;
      else place.named.set(segment, next);
      place = next;
    }
    place.path = path;
  }
  return { document, root };
}

/** Null for what the document does not have. */
export function findDescribed(
  { document, root }: DescribedPaths,
  wire: string,
  method: string,
): Described | null {
  const path = wire.replace(/^\/beta\//, '/v1.0/').replace(/\/$/, '');
  const ofMe = path.replace(/^(\/v1\.0)\/users\/[^/]+/, '$1/me');
  const place = find(root, path) ?? find(root, ofMe);
  const operation = place && document.paths[place]?.[method];
  if (!operation) return null;
  const pointer = `/paths/${place.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`;
  return { ...operation, pointer };
}

function find(root: Place, path: string): string | null {
  let place: Place | null = root;
  for (const segment of path.split('/').slice(1)) place = place?.named.get(segment) ?? place?.any ?? null;
  return place?.path ?? null;
}
