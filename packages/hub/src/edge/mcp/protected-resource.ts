// What tells a client of /mcp where it gets a token: protected resource metadata (RFC 9728), which the MCP specification
// (Authorization) demands, and its address in the challenge of a 401 or 403. Anybody may read it.
import type { FastifyInstance } from 'fastify';
import { createdByAppScope } from '../../auth/scope-names.ts';

export const agentPath = '/mcp';
const wellKnown = '/.well-known/oauth-protected-resource';

export interface ProtectedResource {
  readonly publicUrl: string;
  readonly issuers: readonly string[];
}

export function addProtectedResource(app: FastifyInstance, { publicUrl, issuers }: ProtectedResource): void {
  // Of /mcp, and of the API, whose tokens are the same.
  for (const path of [agentPath, '']) {
    const body = JSON.stringify({
      resource: publicUrl + path,
      resource_name: 'Carillon',
      authorization_servers: issuers,
      scopes_supported: [createdByAppScope],
      bearer_methods_supported: ['header'],
    });
    app.get(wellKnown + path, (_request, reply) => reply.type('application/json').send(Buffer.from(body)));
  }
}

/** What a challenge says beyond the others: where the metadata is, and the scope that tools need. */
export function agentChallenge(path: string, publicUrl: string): Readonly<Record<string, string>> {
  if (path !== agentPath) return {};
  return { scope: createdByAppScope, resource_metadata: publicUrl + wellKnown + agentPath };
}
