// What the hub really has, read from its own code: the variables it knows, and the paths a probe may ask. The files under
// deploy/ are compared with these, so that a renamed setting or endpoint fails a test instead of a deployment.
import fastify from 'fastify';
import { settings, variableOf } from '../../packages/hub/src/config/settings.ts';
import { addHealth } from '../../packages/hub/src/edge/pages/health.ts';

export const knownVariables: ReadonlySet<string> = new Set([
  ...Object.keys(settings).map(variableOf),
  'CARILLON_CONFIG',
]);

/** Of Node itself. */
const nodeVariables: ReadonlySet<string> = new Set(['NODE_ENV', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS']);

/** SIGTERM to exit, at most: docs/operating.md. */
export const drainSeconds = 10;

/** Read by Node itself, or a setting of the hub. */
export function isKnownVariable(name: string): boolean {
  return knownVariables.has(name) || nodeVariables.has(name);
}

/** Whether the hub answers a GET there without a token. */
export function isProbePath(path: string): boolean {
  const app = fastify();
  addHealth(app, { ready: async () => true });
  return app.hasRoute({ method: 'GET', url: path });
}

/** A tag with a major version at least, and not `latest`. */
export function isPinned(image: string): boolean {
  return /^[\w./-]+:v?\d[\w.-]*$/.test(image);
}
