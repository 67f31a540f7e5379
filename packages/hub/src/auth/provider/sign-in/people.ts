// What commands and operators do with local users. A change of the password and disabling end all tokens, sessions and
// streams of the user, in the transaction of the change and of its entry in the audit. Names stay out of the audit. Erasing
// a user is operations/admin/users/erase-person.ts.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import { HubError, invalid, throttled } from '../../../model/errors.ts';
import type { AuditedWrites, LocalUser, Registry } from '../../../store/registry.ts';
import { addressBlock } from '../../address-block.ts';
import { userSubject } from '../../revoked-tokens.ts';
import { unsetPassword } from './password-link.ts';
import { type PasswordTurns, waitingOfAddress } from './password-turns.ts';
import { hashPassword, weaknessOf } from './passwords.ts';

/** About as long as two passwords take. */
const busyMs = 1000;

export interface PeopleOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly turns: PasswordTurns;
  /** For the audit. */
  readonly who: string;
  readonly from: string;
}

interface NewUser {
  readonly name: string;
  /** Null: the user sets it by a link. */
  readonly password: string | null;
  readonly operator: boolean;
  readonly operatorRead: boolean;
}

export interface People {
  create(user: NewUser): Promise<LocalUser>;
  /** Throws `notFound` when there is none of that name or id. */
  find(nameOrId: string): Promise<LocalUser>;
  /** `once`: only while the user has the password that it had when it was read. */
  setPassword(user: LocalUser, password: string, options?: { readonly once?: boolean }): Promise<void>;
  disable(user: LocalUser): Promise<void>;
  /** Revives no token of before. */
  enable(user: LocalUser): Promise<void>;
}

export function openPeople({ registry, clock, turns, who, from }: PeopleOptions): People {
  const audited = (
    what: string,
    id: string,
    write: (within: AuditedWrites) => Promise<void>,
  ): Promise<void> => registry.audit.record({ at: clock.now(), who, from, what, on: `users/${id}` }, write);

  /** Of the user as it is then, and not as it was read: others may change it at the same time. */
  const change = (
    what: 'passwordChanged' | 'userDisabled' | 'userEnabled',
    { id }: LocalUser,
    patch: (current: LocalUser) => Partial<LocalUser>,
  ): Promise<void> =>
    audited(what, id, async ({ users, revocations, refreshFamilies }) => {
      if (what !== 'userEnabled') {
        await revocations.add({ subject: userSubject(id), at: clock.now(), until: null });
        await refreshFamilies.removeByAccount(id);
      }
      const current = await users.findById(id);
      if (!current) throw new HubError('notFound', 'The user was deleted meanwhile.');
      await users.put({ ...current, ...patch(current) });
    });

  return {
    async create({ name, password, operator, operatorRead }) {
      const id = randomUUID();
      const read = { id, name: readName(name), operator, ...(operatorRead ? { operatorRead } : {}) };
      const user = {
        ...read,
        passwordHash: password === null ? unsetPassword() : await hash(password, { turns, from }),
      };
      await audited('userCreated', id, ({ users }) => users.put(user));
      return user;
    },
    async find(nameOrId) {
      const { users } = registry;
      const user = (await users.findByName(nameOrId)) ?? (await users.findById(nameOrId));
      if (user) return user;
      throw new HubError(
        'notFound',
        `There is no user named ${nameOrId}; /admin/users and \`carillon user list\` show those that are.`,
      );
    },
    async setPassword(user, password, { once = false } = {}) {
      const passwordHash = await hash(password, { turns, from });
      await change('passwordChanged', user, ({ passwordHash: now }) => {
        if (once && now !== user.passwordHash) throw invalid('The password was changed meanwhile.');
        return { passwordHash };
      });
    },
    disable: (user) => change('userDisabled', user, () => ({ disabled: true })),
    enable: (user) => change('userEnabled', user, () => ({ disabled: false })),
  };
}

function readName(given: string): string {
  const name = given.trim();
  if (/^[^\s\p{Cc}]{1,256}$/u.test(name)) return name;
  throw invalid("A user's name is 1 to 256 characters without spaces, like alice@contoso.example.", 'name');
}

/** In its turn with every other password of the hub. */
async function hash(
  password: string,
  { turns, from }: Pick<PeopleOptions, 'turns' | 'from'>,
): Promise<string> {
  const weakness = weaknessOf(password);
  if (weakness !== null) throw invalid(weakness, 'password');
  const place = { address: addressBlock(from), known: false };
  const hashed = turns.run(place, () => hashPassword(password));
  if (hashed) return hashed;
  throw throttled('Too many passwords are being set or checked: try again in a moment.', {
    retryAfterMs: busyMs,
    limit: waitingOfAddress,
  });
}
