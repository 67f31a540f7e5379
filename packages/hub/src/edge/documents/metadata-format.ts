// Which form of $metadata a request asks for (OData 4.01, part 1, section 11.1.2): by `$format`, else by `Accept`.
// Without either it is XML.

import { Type } from '@carillon/protocol/schemas';
import { invalid } from '../../model/errors.ts';
import { nameOptions, type QueryOption, readQuery } from '../../operations/kernel/query.ts';
import { readWeights } from '../answer/content-coding.ts';
import { readQuery as readGiven } from '../request/paths.ts';

export type MetadataFormat = 'xml' | 'json';

const formats: Readonly<Record<string, MetadataFormat>> = {
  xml: 'xml',
  'application/xml': 'xml',
  json: 'json',
  'application/json': 'json',
};

const format: QueryOption<MetadataFormat | null> = {
  schema: Type.String(),
  read(given, name) {
    if (given === undefined) return null;
    const [type = ''] = given.toLowerCase().split(';');
    const asked = formats[type.trim()];
    if (asked) return asked;
    throw invalid(`${name} must be xml or json (or application/xml, application/json).`, name);
  },
};
const options = { $format: format };

export function metadataFormat(url: string, accept: string | undefined): MetadataFormat {
  return readQuery(options, nameOptions(options, readGiven(url))).$format ?? accepted(accept);
}

/** JSON for a client that names it, unless it likes XML as much. */
function accepted(accept = ''): MetadataFormat {
  const weights = readWeights(accept);
  const json = weights.get('application/json') ?? 0;
  return json > (weights.get('application/xml') ?? 0) ? 'json' : 'xml';
}
