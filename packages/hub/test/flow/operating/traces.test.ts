// A trace from a client's request to the provider's answer, as a collector gets it over OTLP: one id throughout.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startPush } from '@carillon/testing/feed/push.ts';
import { freePort, post, send, until } from '@carillon/testing/hub/hub.ts';
import { serve } from '@carillon/testing/hub/served.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

/** Takes what OTLP over HTTP sends, as JSON. */
async function openCollector(context: TestContext) {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { resourceSpans } = JSON.parse(text);
    for (const { scopeSpans } of resourceSpans) for (const each of scopeSpans) spans.push(...each.spans);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return { spans, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A hub of its own process, since OpenTelemetry's SDK reads the variables of its process. */
async function openTraced(context: TestContext, args: readonly string[], sampler = 'parentbased_always_on') {
  const collector = await openCollector(context);
  const push = await startPush();
  const { unsId, address } = await push.register('webPush');
  const { dataDir, baseUrl } = push.hub;
  const token = push.hub.token({ user: 'alice' });
  await push.stop();
  const metricsPort = String(await freePort());
  const own = ['--port', new URL(baseUrl).port, '--metrics-port', metricsPort, '--log-level', 'error'];
  const ca = join(dirname(dataDir), 'providers', 'ca.pem');
  const served = serve(dataDir, [...own, '--allow-private-push', '--push-ca', ca, ...args], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_TRACES_SAMPLER: sampler,
  });
  context.after(async () => {
    served.process.kill('SIGKILL');
    await served.ended;
    await push[Symbol.asyncDispose]();
  });
  await served.ready;
  const create = async (traceparent: string): Promise<string> => {
    const asked = { token, headers: { traceparent }, body: post() };
    const answer = await send(`${baseUrl}/v1.0/me/notifications`, 'POST', asked);
    assert.equal(answer.status, 201, answer.text);
    return answer.json.id;
  };
  return { ...collector, push, served, create, address, unsId, metricsPort };
}

const newId = (bytes: number): string => randomBytes(bytes).toString('hex');

test('a trace has the same id from the request to the provider, and links a histogram to it', async (context) => {
  const { create, push, address, spans, metricsPort } = await openTraced(context, ['--trace-pushes']);
  const [trace, caller] = [newId(16), newId(8)];
  await create(`00-${trace}-${caller}-01`);
  const delivered = await push.simulator.waitFor((each) => each.address === address);
  assert.equal(delivered.traceparent?.slice(3, 35), trace);
  const names = ['createNotification', 'commit', 'publish', 'push webPush'];
  const of = (name: string) => spans.find((each) => each.name === name && each.traceId === trace);
  await until(() => names.every(of), 'all steps of the trace');
  const [request, commit, published, pushed] = names.map((name) => of(name) as Span);
  assert.deepEqual(
    [request, commit, published, pushed].map((each) => each?.parentSpanId),
    [caller, request?.spanId, commit?.spanId, commit?.spanId],
  );
  assert.equal(delivered.traceparent?.slice(36, 52), pushed?.spanId);
  const scrape = () =>
    send(`http://127.0.0.1:${metricsPort}/metrics`, 'GET', {
      headers: { accept: 'application/openmetrics-text' },
    });
  const exemplar = new RegExp(
    `^carillon_create_to_accepted_seconds_bucket\\{le="[^"]+"\\} 1 # \\{trace_id="${trace}"\\}`,
    'm',
  );
  await until(async () => exemplar.test((await scrape()).text), 'the exemplar');
});

test('a provider gets no traceparent unless the operator says so, and what is not sampled is not sent', async (context) => {
  const { create, push, address, spans, served } = await openTraced(context, []);
  const [trace, unsampled] = [newId(16), newId(16)];
  await create(`00-${unsampled}-${newId(8)}-00`);
  await create(`00-${trace}-${newId(8)}-01`);
  await until(
    () => push.simulator.delivered.filter((each) => each.address === address).length === 2,
    'two pushes',
  );
  await until(
    () => spans.some(({ name, traceId }) => name === 'push webPush' && traceId === trace),
    'the step',
  );
  for (const { traceparent } of push.simulator.delivered) assert.equal(traceparent, undefined);
  served.process.kill('SIGTERM');
  assert.equal(await served.ended, 0);
  assert.deepEqual([...new Set(spans.map(({ traceId }) => traceId))], [trace]);
});
