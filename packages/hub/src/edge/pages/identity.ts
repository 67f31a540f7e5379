// Mounts the embedded OpenID provider under /identity: exactly its own paths and the metadata beside it, so that all others get the hub's answer.
// It reads bodies by itself and writes to the raw response; with HTTP/1.1 and HTTP/2 alike.
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerBase,
} from 'fastify';
import type { IdentityProvider } from '../../auth/provider/open-provider.ts';
import { metadataPaths, providerRoutes, readMethods } from '../../auth/provider/routes.ts';
import { providerHeaders } from '../answer/base-headers.ts';
import type { RequestLog } from '../http/request-log.ts';

/** Where a request comes from: by its socket's address, and what proxies say. */
type AddressOf = (socketAddress: string, forwardedFor: string | undefined) => string;

/** Takes any instance of Fastify, over whichever server. */
export function mountIdentity<
  Server extends RawServerBase,
  Request extends RawRequestDefaultExpression<Server>,
  Reply extends RawReplyDefaultExpression<Server>,
  Logger extends FastifyBaseLogger,
>(
  app: FastifyInstance<Server, Request, Reply, Logger>,
  provider: Pick<IdentityProvider, 'handle'>,
  addressOf?: AddressOf,
  requestLog?: RequestLog,
): void {
  const plugin = async (scope: FastifyInstance): Promise<void> => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const beside = Object.keys(metadataPaths).map((url) => ({ url, methods: readMethods }));
    const below = providerRoutes.map(({ path, methods }) => ({ url: `/identity${path}`, methods }));
    for (const { url, methods } of [...below, ...beside]) {
      scope.route({
        method: [...methods],
        url,
        // A sign-in begins or goes on by GET.
        exposeHeadRoute: false,
        async handler(request, reply) {
          reply.hijack();
          for (const [name, value] of Object.entries(providerHeaders(request)))
            reply.raw.setHeader(name, value);
          const forwarded = request.headers['x-forwarded-for'];
          const address = addressOf?.(request.ip, forwarded === undefined ? undefined : String(forwarded));
          await provider.handle(request.raw, reply.raw, address ?? request.ip);
          requestLog?.(request, reply.raw.statusCode);
        },
      });
    }
  };
  app.register(plugin as never);
}
