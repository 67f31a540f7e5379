// Tools over HTTP reach the hub by the kernel, as any request does: each operation is admitted by the same token, counted,
// authorized and run. Only what is visible is less: the caller's own app, whatever the token may see.
import type { ServerResponse } from 'node:http';
import { errorTable } from '@carillon/protocol';
import type { Clock } from '../../lib/clock.ts';
import { HubError } from '../../model/errors.ts';
import type { WrittenAnswer } from '../../operations/kernel/answer.ts';
import type { Operation } from '../../operations/kernel/operation.ts';
import type { Admission, Runner } from '../../operations/kernel/run.ts';
import { callerOf } from '../http/operation-route.ts';
import type { Held, UnsentAnswers } from '../http/unsent-answers.ts';
import { isGone } from '../streams/when-closed.ts';
import { noHost, readAnswer, refusalText } from './answers.ts';
import { agentPath } from './protected-resource.ts';
import { type HubCalls, type OperationRequest, ToolRefusal } from './tools/tool.ts';

export interface KernelCallsOptions {
  readonly runner: Runner;
  /** Of the request that carries the call of the tool. */
  readonly admission: Admission;
  readonly signal: AbortSignal;
  /** Of the request, by which answers that nobody reads are bounded. */
  readonly response: ServerResponse;
  readonly unsent: UnsentAnswers;
  readonly clock: Clock;
}

export function openKernelCalls(options: KernelCallsOptions): HubCalls {
  const { admission, signal, clock } = options;
  return {
    signal,
    now: () => clock.now(),
    hostName: async () => hostOf(admission),
    async call(operation, request) {
      try {
        return readAnswer(await run(operation, request, options));
      } catch (error) {
        throw error instanceof HubError ? refusalOf(error) : error;
      }
    },
  };
}

function hostOf({ principal }: Admission): string {
  const host = principal.kind === 'operator' ? undefined : principal.app.hosts[0];
  if (host !== undefined) return host;
  throw new ToolRefusal(noHost);
}

async function run(
  operation: Operation,
  { params = {}, query: given = {}, json }: OperationRequest,
  options: KernelCallsOptions,
): Promise<string> {
  const { runner } = options;
  const query = new Map(Object.entries(given));
  // A wait is bounded by itself, and its answer is small.
  const held = operation.method === 'GET' && !operation.waits?.(query) ? holdAnswer(options) : null;
  const admission = await runner.admit({ ...options.admission.arrival, operation });
  const { body, later } = await runner.run(ofOwnApp(admission), {
    ...{ params, json, path: agentPath, query },
    ...{ ifMatch: null, lastEventId: null, prefer: null },
  });
  if (later) {
    const answer = await new Promise<WrittenAnswer>((settle) => whenAborted(options.signal, later(settle)));
    return answer.body;
  }
  held?.check(body);
  held?.add({ writableLength: body.length }, body);
  return body;
}

function whenAborted(signal: AbortSignal, call: () => void): void {
  if (signal.aborted) call();
  else signal.addEventListener('abort', call, { once: true });
}

/** What is read is counted as any read is, until the answer of the tool has left. */
function holdAnswer({ admission, unsent, response }: KernelCallsOptions): Held {
  // The end of its connection, by which it would be counted out, is over.
  if (isGone(response)) throw new ToolRefusal('The caller is gone.');
  const caller = callerOf(admission);
  unsent.check(caller);
  return unsent.hold(caller, response);
}

function ofOwnApp(admission: Admission): Admission {
  const { principal } = admission;
  if (principal.kind !== 'user') return admission;
  return { ...admission, principal: { ...principal, visibility: principal.app.id } };
}

function refusalOf({ kind, code, message, details: { retryAfterMs } }: HubError): ToolRefusal {
  return new ToolRefusal(refusalText({ code, message, retryAfterMs }), errorTable[kind].retryable);
}
