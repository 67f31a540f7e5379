// The steps of every admin operation, as those of users' operations:
//   admit   authenticate ▶ throttle ▶ is it an operator    (before a byte of the body is read)
//   run     query ▶ body ▶ the verb
import type { Authorizer } from '../../auth/authorize.ts';
import type { OperatorPrincipal } from '../../model/principal.ts';
import type { Throttle } from '../../throttle/throttle.ts';
import type { Query } from '../kernel/call.ts';
import type { Door, Knock } from '../kernel/door.ts';
import { checkQuery } from '../kernel/query.ts';
import type { AdminAnswer, AdminServices } from './call.ts';
import { type AdminOperation, type AdminVerb, adminTable } from './table.ts';

interface AdminRequest {
  readonly operation: AdminOperation;
  readonly operator: OperatorPrincipal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Parsed JSON, for an operation that takes a body. */
  readonly json: unknown;
}

export interface AdminRunner {
  admit(knock: Knock): OperatorPrincipal | Promise<OperatorPrincipal>;
  run(request: AdminRequest): Promise<AdminAnswer>;
}

export interface AdminRunnerOptions {
  readonly door: Door;
  readonly authorizer: Authorizer;
  readonly throttle: Throttle;
  readonly services: AdminServices;
}

export function openAdminRunner({ door, authorizer, throttle, services }: AdminRunnerOptions): AdminRunner {
  return {
    admit: (knock) =>
      door.enter({ ...knock, ticket: null, unsId: null }, (identity) => {
        throttle.count(identity, null);
        return authorizer.operator(identity);
      }),
    async run({ operation, operator, params, query, json }) {
      const verb: AdminVerb = adminTable[operation];
      checkQuery(query, verb.query);
      const body = verb.readBody?.(json, params, services);
      return verb.run({ operator, operation, params, query, body: body as never }, services);
    },
  };
}
