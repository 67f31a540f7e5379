// Reads the answer to a question by readResponse, at once or as soon as there is one. What it answers is also what ask_user
// does.
import { limits } from '@carillon/protocol';
import { nullable, responseSchema, Type } from '@carillon/protocol/schemas';
import type { TInteger, TOptional } from 'typebox';
import { readResponse } from '../../../operations/notifications/read-response.ts';
import { type HubCalls, type JsonObject, notificationId, ToolRefusal, tool } from './tool.ts';

export function waitSeconds(fallback: number): TOptional<TInteger> {
  return Type.Optional(
    Type.Integer({
      ...readResponse.query?.waitSeconds?.schema,
      ...{ default: fallback, description: 'how long this call waits for an answer' },
    }),
  );
}

export const responseOutput = Type.Object({
  id: Type.String(),
  isOpen: Type.Boolean(),
  response: nullable(responseSchema),
  /** Why this call did not wait. */
  note: Type.Optional(Type.String()),
});

export const getResponse = tool({
  name: 'get_response',
  title: 'Read the answer to a question',
  description: `Reads the user's answer to a question of ask_user. isOpen is true while nobody has answered; waitSeconds, up to ${limits.waitSecondsMax}, waits for it.`,
  input: Type.Object({ id: notificationId, waitSeconds: waitSeconds(0) }, { additionalProperties: false }),
  output: responseOutput,
  hints: { readOnlyHint: true },
  run: ({ id, waitSeconds = 0 }, hub) => readResponseOf(id, waitSeconds, hub),
});

export async function readResponseOf(id: string, seconds: number, hub: HubCalls): Promise<JsonObject> {
  try {
    const answer = await hub.call(readResponse, { params: { id }, query: { waitSeconds: String(seconds) } });
    const isOpen = !('respondedBy' in answer);
    return { id, isOpen, response: isOpen ? null : answer };
  } catch (error) {
    // The question stands, and its id must not be lost.
    if (error instanceof ToolRefusal && error.isPassing)
      return { id, isOpen: true, response: null, note: error.message };
    throw error;
  }
}
