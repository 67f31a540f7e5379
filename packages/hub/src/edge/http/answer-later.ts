// A request whose answer may be a minute away, as a wait's. Ten thousand may be held at once, so little of each is kept: no
// function that awaits, and no token.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Later, WrittenAnswer } from '../../operations/kernel/answer.ts';
import { type ErrorOptions, refusal } from '../answer/error-answer.ts';
import { whenLeft } from '../streams/when-closed.ts';

export function answerLater(
  later: Later<WrittenAnswer>,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ErrorOptions & { readonly write: (answer: WrittenAnswer) => void },
): void {
  const { write } = options;
  reply.hijack();
  forgetToken(request);
  const fail = (error: unknown): void => write(refusal(request, error, options));
  const lost = (error: unknown): void =>
    options.log.error({ err: error, requestId: request.id }, 'an answer was not written');
  whenLeft(
    request.raw,
    reply.raw,
    later((answer) => void answer.then(write, fail).catch(lost)),
  );
}

/** A kilobyte, in three places. */
function forgetToken(request: FastifyRequest): void {
  const { headers, rawHeaders } = request.raw;
  rawHeaders.forEach((text, index) => {
    if (text === headers.authorization) rawHeaders[index] = '';
  });
  headers.authorization = '';
  const { admission } = request;
  if (admission) request.admission = { ...admission, arrival: { ...admission.arrival, token: null } };
}
