// A trace follows one request through its steps. This is what the steps need of it; otel.ts implements it with
// OpenTelemetry's SDK, and is loaded only when the operator names where traces go. A step is known to the next one by its
// W3C traceparent, as text.

export interface Step {
  readonly name: string;
  /** What called for it, or null: then it begins a trace. */
  readonly parent: string | null;
  readonly kind: 'server' | 'internal' | 'client' | 'producer';
  readonly attributes?: Attributes;
}

export type Attributes = Readonly<Record<string, string | number>>;

export interface Traces {
  /** Runs the work as a step; what it calls finds the step as the current one. `say` adds what is known at its end. */
  run<T>(step: Step, work: (say: (attributes: Attributes) => void) => Promise<T>): Promise<T>;
  /** A step that is over, or took no time. Answers its traceparent, or null when the trace is not sampled. */
  note(step: Step, startedAt: number): string | null;
  /** That of the running step; null without one, and when the trace is not sampled. */
  current(): string | null;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Of a traceparent: `00-<trace>-<span>-<flags>`. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
