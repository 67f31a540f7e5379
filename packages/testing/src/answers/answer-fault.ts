// Whether an answer of the hub is as docs/openapi.json has it: a status that the operation lists, a body that its schema allows,
// a refusal in Graph's shape, a context that leads to something in $metadata. Ajv judges; nothing of the hub's code does.
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { contextFault, type Metadata } from '../../../conform/src/metadata-context.ts';
import { metadataJson } from '../../../hub/src/edge/documents/csdl/metadata.ts';
import { findDescribed, type OpenApi, readPaths } from './described-paths.ts';

export interface Exchange {
  readonly method: string;
  /** As the hub's routes have it. */
  readonly url: string;
  readonly status: number;
  readonly type: string;
  readonly coding: string;
  readonly body: Buffer;
}

const file = new URL('../../../../docs/openapi.json', import.meta.url);
const openApi: OpenApi = JSON.parse(readFileSync(file, 'utf8'));
const metadata: Metadata = JSON.parse(metadataJson());
const paths = readPaths(openApi);
/** Most validators see few answers, so what is compiled quickly is quickest: half the time of Ajv's defaults. */
const quickly = { inlineRefs: false, code: { optimize: false } };
const ajv = new Ajv2020({ strict: false, validateSchema: false, ...quickly });
formats.default(ajv);
ajv.addSchema(openApi, 'openapi');
const validators = new Map<string, ValidateFunction>();

/** In words, with method, path and member; null when it fits. */
export function answerFault(exchange: Exchange): string | null {
  const { method, url, status } = exchange;
  const [path = ''] = url.split('?');
  if (!/^\/(?:v1\.0|beta|admin)\//.test(path) || method === 'OPTIONS') return null;
  const found = faultAt(exchange, path);
  return found === null ? null : `${method} ${path} answered ${status}, ${found}`;
}

function faultAt({ method, status, type, coding, body }: Exchange, path: string): string | null {
  const isHead = method === 'HEAD';
  const described = findDescribed(paths, path, isHead ? 'get' : method.toLowerCase());
  const isJson = /^application\/json\b/.test(type);
  const json: unknown = isJson && body.length > 0 ? JSON.parse(plain(body, coding)) : undefined;
  if (status >= 400) {
    if (isHead) return null;
    return json === undefined ? 'which has no body of JSON' : schemaFault(refusalAt, json);
  }
  // What is no operation: $metadata, the key of Web Push.
  if (described === null) return json === undefined ? null : contextsFault(json);
  const answer = described.responses[status];
  if (!answer) return 'which it does not list';
  if (json === undefined) {
    const isWritten = isHead || answer.content?.['application/json'] === undefined;
    return isWritten || body.length === 0 ? null : `which is ${type || 'of no type'}`;
  }
  const schema = answer.content?.['application/json']?.schema;
  if (!schema) return 'which has a body of JSON that it does not list';
  return (
    schemaFault(`${described.pointer}/responses/${status}/content/application~1json/schema`, json) ??
    contextsFault(json)
  );
}

const refusalAt = '/components/schemas/Refusal';

function plain(body: Buffer, coding: string): string {
  if (coding === 'br') return brotliDecompressSync(body).toString();
  return (coding === 'gzip' ? gunzipSync(body) : body).toString();
}

function schemaFault(pointer: string, json: unknown): string | null {
  const known = validators.get(pointer);
  const validate = known ?? ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` });
  if (!known) validators.set(pointer, validate);
  if (validate(json)) return null;
  const [{ instancePath = '', message = '', params = {} } = {}] = validate.errors ?? [];
  const member = instancePath.slice(1).replaceAll('/', '.') || 'its body';
  return `where ${member} ${message} ${JSON.stringify(params)}`;
}

/** Of an answer, and of those in it when it is a batch's. */
function contextsFault(json: unknown): string | null {
  const { '@odata.context': context, responses } = Object(json);
  if (typeof context === 'string') {
    const fault = contextFault(metadata, context);
    if (fault !== null) return `where the context ${context} leads nowhere: ${fault}`;
  }
  const parts: readonly unknown[] = Array.isArray(responses) ? responses : [];
  for (const part of parts) {
    const { status, body }: { status: number; body: unknown } = Object(part);
    const fault = status >= 400 ? schemaFault(refusalAt, body) : contextsFault(body);
    if (fault !== null) return fault;
  }
  return null;
}
