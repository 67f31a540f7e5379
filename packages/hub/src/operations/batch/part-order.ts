// What a batch asks for, part by part: ids that differ, dependencies that exist and make no circle, and a media type beside
// each body. Everything here makes the batch as a whole wrong; what one part asks for is tried, or refused, by itself.

import type { batchRequestSchema, batchSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';
import { invalid } from '../../model/errors.ts';

export interface PartOrder {
  readonly id: string;
  readonly method: string;
  /** Relative to the version, as it was given. */
  readonly url: string;
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Undefined when there is none. */
  readonly body: unknown;
  /** Places in the list of parts. */
  readonly dependsOn: readonly number[];
}

type Sent = Static<typeof batchRequestSchema>;

export function readParts({ requests }: Static<typeof batchSchema>): PartOrder[] {
  const places = readPlaces(requests);
  const parts = requests.map((request, index) => readPart(request, index, places));
  checkCircles(parts);
  return parts;
}

/** Ids are compared without regard to case. */
function readPlaces(requests: readonly Sent[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [index, { id }] of requests.entries()) {
    const key = id.toLowerCase();
    if (places.has(key)) {
      const what = `The id "${id}" is given twice: each request of a batch has its own, without regard to case.`;
      throw invalid(what, `requests[${index}].id`);
    }
    places.set(key, index);
  }
  return places;
}

function readPart(sent: Sent, index: number, places: ReadonlyMap<string, number>): PartOrder {
  const { id, method, url, body } = sent;
  const at = `requests[${index}]`;
  const headers = readHeaders(sent, at);
  if (body !== undefined && !/^application\/json\s*(?:;|$)/i.test(headers.get('content-type') ?? '')) {
    const what = `A body needs the header Content-Type: application/json beside it, in "${at}.headers".`;
    throw invalid(what, `${at}.headers`);
  }
  const named = [...(sent.dependsOn ?? []), ...(sent.depends_on ?? [])];
  const dependsOn = named.map((other, each) =>
    placeOf(other, { places, index, at: `${at}.dependsOn[${each}]` }),
  );
  return { id, method: method.toUpperCase(), url, headers, body, dependsOn: [...new Set(dependsOn)] };
}

/** RFC 9110, sections 5.1 and 5.5: what a request by itself could not have either. */
const token = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const control = /(?!\t)\p{Cc}/u;

function readHeaders({ headers }: Sent, at: string): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const [name, value] of Object.entries<string>(headers ?? {})) {
    const key = name.toLowerCase();
    if (!token.test(name) || control.test(value))
      throw invalid(`"${name}" can not be a header of HTTP, or its value can not.`, `${at}.headers`);
    if (read.has(key)) throw invalid(`The header ${name} is given twice: send it once.`, `${at}.headers`);
    read.set(key, value);
  }
  return read;
}

interface Naming {
  readonly places: ReadonlyMap<string, number>;
  /** Of the part that depends on another. */
  readonly index: number;
  readonly at: string;
}

function placeOf(other: string, { places, index, at }: Naming): number {
  const place = places.get(other.toLowerCase());
  if (place === undefined)
    throw invalid(`dependsOn names "${other}", which is no request of this batch.`, at);
  if (place === index) throw invalid(`The request "${other}" depends on itself.`, at);
  return place;
}

/** Takes away what depends on nothing that is left, until nothing is left, or only circles. */
function checkCircles(parts: readonly PartOrder[]): void {
  const left = new Set(parts.keys());
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const index of left)
      if (!parts[index]?.dependsOn.some((other) => left.has(other))) left.delete(index);
  }
  if (left.size === 0) return;
  const names = [...left].map((index) => `"${parts[index]?.id}"`).join(', ');
  throw invalid(`The requests ${names} wait for each other, by dependsOn.`, 'requests');
}
