// The parts of a batch, each as a request of its own: headers ▶ admit ▶ body ▶ run ▶ its answer or refusal. A part begins
// when those that it depends on have succeeded. Parts that depend on nothing begin together, so that the committer takes
// their writes in one batch. Answers are text already, and are joined as text.
import { isUuid } from '../../lib/ids.ts';
import { HubError, invalid } from '../../model/errors.ts';
import type { PartOrder } from '../../operations/batch/part-order.ts';
import type { Headers, WrittenAnswer } from '../../operations/kernel/answer.ts';
import type { Admission, Request, Runner } from '../../operations/kernel/run.ts';
import type { ErrorAnswer } from '../answer/error-answer.ts';
import { unlessKnown } from '../answer/not-modified.ts';
import type { Turns } from '../http/turns.ts';
import type { Held } from '../http/unsent-answers.ts';
import { checkJson, tooLarge, unsupported } from '../request/json-body.ts';
import { checkMaxVersion } from '../request/max-version.ts';
import { type Part, readPart } from './part.ts';

export interface BatchOptions {
  readonly runner: Runner;
  readonly admission: Admission;
  /** As `Authorization` gave it. */
  readonly authorization: string;
  /** Who takes turns at reading. */
  readonly caller: string;
  readonly turns: Turns;
  /** Counts the answers that wait for the others. */
  readonly held: Held;
  /** Of the whole body: one that is no larger than a part may be has no part that is. */
  readonly bytes: number;
  readonly newId: () => string;
  readonly isGone: () => boolean;
  readonly refuse: (thrown: unknown, refused: RefusedPart) => ErrorAnswer;
}

interface RefusedPart {
  readonly url: string;
  readonly ids: PartIds;
}

interface PartIds {
  readonly 'request-id': string;
  readonly 'client-request-id': string;
}

interface PartAnswer {
  readonly isGood: boolean;
  readonly text: string;
}

/** The body of the answer. Throws `invalidRequest` for a batch in which a part may not stand, before any part runs. */
export async function runParts(orders: readonly PartOrder[], options: BatchOptions): Promise<string> {
  const { version } = options.admission.arrival;
  const parts = orders.map((order, index) => readPart(order, index, version));
  checkAuthorization(orders, options.authorization);
  const answers: Promise<PartAnswer>[] = [];
  const begin = (index: number): Promise<PartAnswer> => {
    const part = parts[index];
    if (!part) throw new Error('a part depends on a place beyond the batch');
    answers[index] ??= runAfter(part.order.dependsOn.map(begin), part, options);
    return answers[index];
  };
  const texts = (await Promise.all(parts.keys().map(begin))).map(({ text }) => text);
  return `{"responses":[${texts.join()}]}`;
}

/** There is one caller. A part may repeat the header of the batch, as clients that collect requests do. */
function checkAuthorization(orders: readonly PartOrder[], whole: string): void {
  for (const [index, { headers }] of orders.entries()) {
    const own = headers.get('authorization');
    if (own === undefined || own === whole) continue;
    const what = 'A part has no Authorization of its own: the token of the batch is for all of them.';
    throw invalid(what, `requests[${index}].headers.Authorization`);
  }
}

async function runAfter(
  before: readonly Promise<PartAnswer>[],
  part: Part,
  options: BatchOptions,
): Promise<PartAnswer> {
  if (before.length === 0) return runPart(part, options);
  const isTried = (await Promise.all(before)).every(({ isGood }) => isGood);
  if (isTried) return runPart(part, options);
  const ids = idsOf(part, options);
  return refusal(new HubError('failedDependency', 'A request that this one depends on failed.'), part, {
    ...{ ids, options },
  });
}

async function runPart(part: Part, options: BatchOptions): Promise<PartAnswer> {
  const ids = idsOf(part, options);
  let isAdmitted = false;
  try {
    const admission = admit(part, options);
    isAdmitted = true;
    const answer = await answerOf(part, admission, options);
    options.held.keep(Buffer.byteLength(answer.body));
    return { isGood: true, text: textOf(part, { ...answer, headers: { ...ids, ...answer.headers } }) };
  } catch (error) {
    return refusal(isAdmitted ? error : counted(error, options), part, { ids, options });
  }
}

/** What is refused before it is admitted has counted for nobody yet. */
function counted(error: unknown, { runner, admission }: BatchOptions): unknown {
  try {
    runner.countRefused(admission);
    return error;
  } catch (throttled) {
    return throttled;
  }
}

function admit({ order, target }: Part, { runner, admission }: BatchOptions): Admission {
  if (target instanceof HubError) throw target;
  const { operation } = target.route;
  checkMaxVersion(order.headers.get('odata-maxversion') ?? null);
  for (const name of operation.refusedHeaders ?? []) {
    if (!order.headers.has(name)) continue;
    throw invalid(`The header ${name} is not supported here: leave it out.`, name);
  }
  return runner.admitPart(admission, { operation, unsId: order.headers.get('x-uns-id') ?? null });
}

async function answerOf(
  { order, target }: Part,
  admission: Admission,
  { runner, turns, caller, held, bytes, isGone }: BatchOptions,
): Promise<WrittenAnswer> {
  if (target instanceof HubError) throw target;
  const { headers } = order;
  const request: Request = {
    ...{ params: target.params, path: target.path, query: target.query },
    ifMatch: headers.get('if-match') ?? null,
    lastEventId: headers.get('last-event-id') ?? null,
    prefer: headers.get('prefer') ?? null,
    json: bodyOf(order, admission, bytes),
    isHead: order.method === 'HEAD',
  };
  if (admission.arrival.operation.method !== 'GET') return runner.run(admission, request);
  return turns.take(caller, async () => {
    // Nobody waits for the answer any more.
    if (isGone()) throw new HubError('unavailable', 'The caller is gone.');
    const answer = unlessKnown(await runner.run(admission, request), headers.get('if-none-match'));
    held.check(answer.body);
    return request.isHead ? { ...answer, body: '', bytes: undefined } : answer;
  });
}

function bodyOf({ body, headers }: PartOrder, { arrival }: Admission, bytes: number): unknown {
  const spec = arrival.operation.body;
  if (!spec) return undefined;
  if (body === undefined) {
    if (headers.has('content-type')) throw invalid('The body is empty; send a JSON object.');
    throw unsupported('Send the body as Content-Type: application/json.', 'Content-Type');
  }
  if ((headers.get('content-encoding') ?? 'identity').trim().toLowerCase() !== 'identity')
    throw unsupported('A part of a batch has no Content-Encoding: compress the batch.', 'Content-Encoding');
  if (bytes > spec.bytesMax && Buffer.byteLength(JSON.stringify(body)) > spec.bytesMax)
    throw tooLarge(spec.bytesMax);
  checkJson(body);
  return body;
}

/** Each part has its own, unless it asks for one by its header. */
function idsOf({ order }: Part, { newId }: BatchOptions): PartIds {
  const id = newId();
  const asked = order.headers.get('client-request-id') ?? '';
  return { 'request-id': id, 'client-request-id': isUuid(asked) ? asked : id };
}

interface Refusing {
  readonly ids: PartIds;
  readonly options: BatchOptions;
}

function refusal(thrown: unknown, part: Part, { ids, options }: Refusing): PartAnswer {
  const { status, headers, body } = options.refuse(thrown, { url: part.url, ids });
  options.held.keep(Buffer.byteLength(body));
  return { isGood: false, text: textOf(part, { status, headers: { ...ids, ...headers }, body }) };
}

function textOf(
  { order }: Part,
  { status, headers, body, bytes }: Pick<WrittenAnswer, 'status' | 'headers' | 'body' | 'bytes'>,
): string {
  const head = `{"id":${JSON.stringify(order.id)},"status":${status},"headers":${headersJson(headers)}`;
  if (bytes) return `${head},"body":"${base64UrlOf(bytes)}"}`;
  if (body === '') return `${head}}`;
  const isJson = String(headers['Content-Type']).startsWith('application/json');
  return `${head},"body":${isJson ? body : `"${base64UrlOf(Buffer.from(body))}"`}}`;
}

/** What is no JSON stands in a batch as base64url, padded, since clients read it as base64. */
function base64UrlOf(bytes: Buffer): string {
  const bare = bytes.toString('base64url');
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
}

/** Values are text in a batch. */
function headersJson(headers: Headers): string {
  let text = '';
  for (const name in headers) {
    const value = JSON.stringify(String(headers[name]));
    text += text === '' ? `"${name}":${value}` : `,"${name}":${value}`;
  }
  return `{${text}}`;
}
