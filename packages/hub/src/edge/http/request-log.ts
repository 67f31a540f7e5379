// One line a request: what, how it ended, how long it took. No query (it may hold a ticket), no header, no body. It is
// written with the answer, so that an open stream is not held back, nor its request held in memory, until it ends.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../../telemetry/log.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds of the process's own clock. */
    startedAt: number;
  }
}

export type RequestLog = (request: FastifyRequest, status: number) => void;

export function openRequestLog(app: FastifyInstance, log: Logger): RequestLog {
  if (!log.isLevelEnabled('info')) return () => {};
  app.decorateRequest('startedAt', 0);
  app.addHook('onRequest', (request, _reply, done) => {
    request.startedAt = performance.now();
    done();
  });
  return ({ id, method, routeOptions, startedAt }, status) => {
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    log.info({ method, route: routeOptions.url, status, ms, requestId: id }, 'request');
  };
}
