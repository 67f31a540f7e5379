// For load balancers and people: /healthz says that the process is alive, /readyz that it can serve.
// It sits at the edge, outside of the versions: no token, no OData.
import type { FastifyInstance } from 'fastify';
import { busy } from '../../model/errors.ts';

export interface Health {
  /** False while draining, and while the store can't be read and written. */
  readonly ready: () => Promise<boolean>;
}

export function addHealth(app: FastifyInstance, { ready }: Health): void {
  const answer = { status: 'ok' } as const;
  app.route({ method: ['GET', 'HEAD'], url: '/healthz', handler: async () => answer });
  app.route({
    method: ['GET', 'HEAD'],
    url: '/readyz',
    async handler() {
      if (await ready()) return answer;
      throw busy('The hub can not serve right now: it is draining, or its store can not be read or written.');
    },
  });
}
