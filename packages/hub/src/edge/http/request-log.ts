// One line a request: what, how it ended, how long it took, from which address, and once it is admitted for which app and
// user. The user is a key: no name, nothing of a query (it may hold a ticket), a header or a body is in it. It is written with
// the answer, so that an open stream is not held back, nor its request held in memory, until it ends.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../../telemetry/log.ts';
import type { AddressReader } from './address.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds of the process's own clock. */
    startedAt: number;
  }
}

export type RequestLog = (request: FastifyRequest, status: number) => void;

export function openRequestLog(app: FastifyInstance, log: Logger, addressOf: AddressReader): RequestLog {
  if (!log.isLevelEnabled('info')) return () => {};
  app.decorateRequest('startedAt', 0);
  app.addHook('onRequest', (request, _reply, done) => {
    request.startedAt = performance.now();
    done();
  });
  return (request, status) => {
    const { id, method, routeOptions, startedAt, admission } = request;
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    const asked = { method, route: routeOptions.url, status, ms };
    log.info(
      { ...asked, ...callerOf(admission), address: addressIn(request, addressOf), requestId: id },
      'request',
    );
  };
}

/** Of an operator neither: the audit has who it was. */
function callerOf(admission: FastifyRequest['admission']) {
  if (!admission || admission.principal.kind === 'operator') return {};
  const { user, principal } = admission;
  return { app: principal.app.id, ...(user === null ? {} : { user }) };
}

export function addressIn({ headers, raw }: FastifyRequest, addressOf: AddressReader): string {
  const from = raw.socket?.remoteAddress ?? '';
  const forwarded = headers['x-forwarded-for'];
  return forwarded === undefined ? from : addressOf(from, String(forwarded));
}
