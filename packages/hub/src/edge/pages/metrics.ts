// GET /metrics on the hub's own port, for an operator's token, also of one who only reads. Without one it answers as every operation of operators does:
// it is admitted like them.
import type { FastifyInstance } from 'fastify';
import { nothing } from '../../operations/kernel/answer.ts';
import { type Operation, operation } from '../../operations/kernel/operation.ts';
import type { Runner } from '../../operations/kernel/run.ts';
import { contentTypes, type Format, formatOf } from '../../telemetry/metrics/exposition.ts';
import type { AddressReader } from '../http/address.ts';
import type { Connections } from '../http/connections.ts';
import { bearerOf } from '../http/operation-route.ts';
import { addressIn } from '../http/request-log.ts';

export interface MetricsOptions {
  readonly runner: Pick<Runner, 'admit'>;
  readonly addressOf: AddressReader;
  readonly connections: Pick<Connections, 'authenticated'>;
  readonly write: (format: Format) => Promise<string>;
}

const readMetrics: Operation = operation({
  name: 'readMetrics',
  method: 'GET',
  paths: ['/metrics'],
  access: 'operatorRead',
  summary: 'the metrics, for Prometheus',
  answer: nothing,
  run: () => ({ outcome: 'noContent' }),
});

export function addMetrics(app: FastifyInstance, options: MetricsOptions): void {
  const { runner, addressOf, connections, write } = options;
  app.route({
    method: ['GET', 'HEAD'],
    url: '/metrics',
    async onRequest(request) {
      const { authorization } = request.headers;
      request.admission = await runner.admit({
        operation: readMetrics,
        version: 'v1.0',
        token: authorization === undefined ? null : bearerOf(authorization),
        ...{ ticket: null, lastEventId: null, unsId: null },
        address: addressIn(request, addressOf),
      });
      connections.authenticated(request.raw.socket);
    },
    async handler(request, reply) {
      const format = formatOf(request.headers.accept);
      const text = await write(format);
      return reply
        .header('Content-Type', contentTypes[format])
        .header('Cache-Control', 'no-store')
        .send(text);
    },
  });
}
