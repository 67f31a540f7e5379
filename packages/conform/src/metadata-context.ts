// Whether a context URL leads to something in $metadata (OData JSON Format 4.01, section 10): an independent reader of its
// fragment, over CSDL's JSON form.

type Json = Readonly<Record<string, unknown>>;

export interface Metadata {
  readonly $EntityContainer: string;
}

/** What is not there, in words; null when the context resolves. */
export function contextFault(metadata: Metadata, context: string): string | null {
  const [document = '', fragment, ...rest] = context.split('#');
  if (fragment === undefined || rest.length > 0) return 'it has not one fragment';
  if (!/^https?:\/\/[^?#]+\/(?:v1\.0|beta)\/\$metadata$/.test(document)) return `${document} is no $metadata`;
  const [first = '', ...more] = fragment.split('/');
  const start = memberOf(typeAt(metadata, metadata.$EntityContainer), first);
  if (start === null) return `the container has no ${first}`;
  return stepsFault(metadata, start, more);
}

function stepsFault(metadata: Metadata, start: Json, steps: readonly string[]): string | null {
  let at = start;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    if (isLast && (step === '$entity' || step === '$delta')) return null;
    const next = memberOf(typeAt(metadata, String(at.$Type)), step);
    if (next === null) return `${String(at.$Type)} has no ${step}`;
    at = next;
  }
  return null;
}

/** A member by its name, with a key or a list of what was selected after it. */
function memberOf(type: Json, step: string): Json | null {
  const name = decodeURIComponent(step).replace(/\(.*\)$/, '');
  const member = name.startsWith('$') ? undefined : type[name];
  return isObject(member) ? member : null;
}

function typeAt(metadata: Metadata, qualified: string): Json {
  const end = qualified.lastIndexOf('.');
  const schema = Object(metadata)[qualified.slice(0, end)];
  const type: unknown = isObject(schema) ? schema[qualified.slice(end + 1)] : undefined;
  return isObject(type) ? type : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
