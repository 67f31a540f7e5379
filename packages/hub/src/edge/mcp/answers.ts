// What tools make of the hub's answers and refusals, whether they reached it by the kernel or by requests of a command: a
// body without annotations, and one line of text that an agent can act on.
import type { JsonObject } from './tools/tool.ts';

export const noHost =
  'The app has no verified host name, in which it would send: its operator adds one (carillon app create --host).';

/** The body without OData's annotations, which say nothing to an agent. */
export function readAnswer(body: string): JsonObject {
  if (body === '') return {};
  return JSON.parse(body, (name, value) => (name.includes('@odata.') ? undefined : value));
}

export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** For an agent to read. */
export function refusalText({ code, message, retryAfterMs }: Refused): string {
  if (retryAfterMs === undefined) return `${code}: ${message}`;
  return `${code}: ${message} Try again in ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s.`;
}
