// The key that browsers subscribe with (RFC 8292, section 4.1: applicationServerKey). Public, so no token is asked for;
// it never changes, since every browser's subscription would die with it.
import { graphVersions } from '@carillon/protocol';
import type { FastifyInstance } from 'fastify';

export interface NotificationKeys {
  readonly publicUrl: string;
  /** Uncompressed P-256 point, 65 bytes, base64url. */
  readonly key: string;
}

export function addNotificationKeys(app: FastifyInstance, { publicUrl, key }: NotificationKeys): void {
  for (const version of graphVersions) {
    const context = `${publicUrl}/${version}/$metadata#notificationKeys`;
    const body = JSON.stringify({ '@odata.context': context, vapidPublicKey: key });
    app.get(`/${version}/notificationKeys`, (_request, reply) => {
      reply.header('OData-Version', '4.0').type('application/json;odata.metadata=minimal');
      return reply.send(Buffer.from(body));
    });
  }
}
