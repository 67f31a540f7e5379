// Every write of an operator goes through `audited`, which makes it and its entry in the audit one.
// Here too: the app that a path names.
import type { App } from '../../model/app.ts';
import { HubError } from '../../model/errors.ts';
import type { AuditedWrites, Registry } from '../../store/registry.ts';
import type { Call, Services } from '../kernel/call.ts';

/** Who does what, for the audit. */
export type Acted = Pick<Call<'operator' | 'operatorRead'>, 'principal' | 'operation' | 'address'>;

export function audited<T>(
  { principal, operation, address }: Acted,
  { registry, clock }: Services,
  on: string,
  write: (within: AuditedWrites) => Promise<T>,
): Promise<T> {
  const entry = { at: clock.now(), who: principal.id, from: address, what: operation, on };
  return registry.audit.record(entry, write);
}

export function findApp(id: string, { apps }: Registry): App {
  const app = apps.findById(id);
  if (app) return app;
  throw new HubError(
    'notFound',
    'There is no app of this id: PUT makes it, and /admin/apps lists those that are.',
  );
}
