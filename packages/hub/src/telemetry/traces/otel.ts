// Traces by OpenTelemetry's SDK, sent as OTLP over HTTP. Endpoint, headers, sampler and service name are the variables that
// OpenTelemetry specifies (OTEL_…), read by the SDK itself. What can't be sent is dropped: a collector that is away costs
// the hub a queue of 2 048 steps.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Attributes, Step, Traces } from './traces.ts';

const kinds: Readonly<Record<Step['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
};

type Say = (attributes: Attributes) => void;
const unheard: Say = () => {};

export interface OtelOptions {
  readonly serviceName: string;
  readonly version: string;
}

export function openOtelTraces({ serviceName, version }: OtelOptions): Traces {
  const own = resourceFromAttributes({ 'service.name': serviceName, 'service.version': version });
  const provider = new BasicTracerProvider({
    resource: defaultResource().merge(own),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('carillon', version);
  const running = new AsyncLocalStorage<string | null>();
  const start = ({ name, kind, parent, attributes = {} }: Step, startTime?: number): Span =>
    tracer.startSpan(
      name,
      { kind: kinds[kind], attributes, ...(startTime === undefined ? {} : { startTime }) },
      contextOf(parent),
    );
  async function runTraced<T>(span: Span, work: (say: Say) => Promise<T>): Promise<T> {
    try {
      return await running.run(parentOf(span), () =>
        work((attributes) => void span.setAttributes(attributes)),
      );
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }
  return {
    run(step, work) {
      const span = start(step);
      // Most are not sampled, and cost no more than that: nothing is kept for what they call.
      const isIdle = !span.isRecording() && running.getStore() === undefined;
      return isIdle ? work(unheard) : runTraced(span, work);
    },
    note(step, startedAt) {
      const span = start(step, startedAt);
      span.end();
      return parentOf(span);
    },
    current: () => running.getStore() ?? null,
    close: () => provider.shutdown(),
  };
}

/** A traceparent that is none begins a new trace, as W3C wants it. */
function contextOf(parent: string | null): Context {
  const read = parent === null ? null : parseTraceParent(parent);
  return read ? trace.setSpanContext(ROOT_CONTEXT, { ...read, isRemote: true }) : ROOT_CONTEXT;
}

function parentOf(span: Span): string | null {
  if (!span.isRecording() && span.spanContext().traceFlags === 0) return null;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
