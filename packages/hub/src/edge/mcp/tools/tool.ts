// A tool of the MCP server is one value: its name, what an agent reads of it, its arguments, what it answers, and which
// operations it runs. It reaches the hub by those operations alone, through whatever calls them for its caller: the kernel
// (edge/mcp/kernel-calls), or requests of a command (cli/mcp). tools/table.ts lists them all.
import { Type } from '@carillon/protocol/schemas';
import type { Static, TObject, TSchema } from 'typebox';
import { openBodyReader } from '../../../operations/kernel/body.ts';
import type { Operation } from '../../../operations/kernel/operation.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export interface OperationRequest {
  /** Of the path, by name. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** An operation, or what carries requests to it, refused: the message says what is wrong and what would be right. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';
  /** The same may succeed later. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing = false) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** The hub, as the caller of a tool reaches it. */
export interface HubCalls {
  /** Aborted when the caller is gone, or wants no answer any more. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, by the clock of the hub as far as it is known. */
  now(): number;
  /** In whose name the caller's app sends: its first verified host name. Throws a refusal when it has none. */
  hostName(): Promise<string>;
  /** Runs it as any request does, and answers its body; nothing is an empty object. Throws a refusal. */
  call(operation: Operation, request: OperationRequest): Promise<JsonObject>;
}

interface ToolSpec<Arguments extends TObject> {
  readonly name: string;
  /** For a person who is asked whether the agent may use it. */
  readonly title: string;
  /** For the agent. */
  readonly description: string;
  readonly input: Arguments;
  readonly output: TSchema;
  readonly hints: ToolHints;
  run(given: Static<Arguments>, hub: HubCalls): Promise<JsonObject>;
}

/** Of the MCP specification, `ToolAnnotations`. */
interface ToolHints {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: TSchema;
  readonly output: TSchema;
  readonly hints: ToolHints;
  /** Reads the arguments as the body of an operation is read, and runs. */
  run(given: unknown, hub: HubCalls): Promise<JsonObject>;
}

/** What an operation answers. */
export function outputOf({ answer }: Operation): TSchema {
  return answer.schema ?? Type.Object({});
}

export function tool<Arguments extends TObject>(spec: ToolSpec<Arguments>): Tool {
  const read = openBodyReader(spec.input);
  return { ...spec, run: async (given, hub) => spec.run(read(given), hub) };
}

/** The argument of tools that are about one notification. */
export const notificationId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'the id of the notification, as send_notification, ask_user or list_notifications answered it',
});
