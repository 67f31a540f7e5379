// Reads out the caller, who sees all apps: the same lines as an operator gets, without the names and addresses of others.
// The whole audit is looked through for it, so that a person has one export at a time.
import { throttled } from '../../model/errors.ts';
import { linesOf } from '../admin/users/export-lines.ts';
import { jsonLines } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

const againMs = 5000;

export const exportMe = operation({
  name: 'exportMe',
  method: 'GET',
  paths: ['/me/export'],
  access: 'inbox',
  summary: 'read all that the hub holds of the caller, as JSON lines of a `type` each; the last is `end`',
  answer: jsonLines,
  async run({ user, address }, services) {
    const { registry, clock, exporting } = services;
    if (exporting.has(user.key))
      throw throttled('An export of yours is under way: take it to its end first.', {
        retryAfterMs: againMs,
        limit: 1,
      });
    // Who signs in elsewhere may have the id of an account that was once here.
    const local = services.passwordLinks && (await registry.users.findById(user.subject));
    const feed = await services.read.owner(user.key);
    const person = { id: user.subject, local, feed, issuer: user.issuer };
    const entry = { at: clock.now(), who: user.subject, from: address };
    await registry.audit.record(
      { ...entry, what: 'userExported', on: `users/${user.subject}` },
      async () => {},
    );
    return { outcome: 'ok', lines: one() };

    async function* one(): AsyncGenerator<string> {
      exporting.add(user.key);
      try {
        yield* linesOf(person, services, false);
      } finally {
        exporting.delete(user.key);
      }
    }
  },
});
