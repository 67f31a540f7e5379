// Where in the console the operator is, as the fragment of the address: `#people/olga@contoso.example`, `#audit?what=userErased`.
// So a reload, Back and a link in a ticket lead to the same sight.
const sights = [
  'overview',
  'search',
  'people',
  'notifications',
  'apps',
  'failed',
  'webhooks',
  'nodes',
  'audit',
  'compose',
  'start',
] as const;
export type Sight = (typeof sights)[number];

export interface Place {
  readonly sight: Sight;
  /** What is below it, each decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** The overview where it is no place of the console. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const [name = '', ...rest] = path
    .split('/')
    .filter((each) => each !== '')
    .map(decoded);
  const sight = sights.find((each) => each === name);
  return { sight: sight ?? 'overview', path: sight ? rest : [], query: new URLSearchParams(query) };
}

export function hashOf(
  sight: Sight,
  path: readonly string[] = [],
  query: Readonly<Record<string, string | null>> = {},
): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) asked.set(name, value);
  const where = [sight, ...path.map(encodeURIComponent)].join('/');
  return `#${where}${asked.size > 0 ? `?${asked}` : ''}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
