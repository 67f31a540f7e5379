// Options that a token holds, so that a link is followed as it is. Beside the token a request may repeat them and choose another
// `$top`; one that differs is refused by name, since it would make another list of the rest.
import { invalid } from '../../model/errors.ts';
import type { Query } from '../kernel/query.ts';

export type HeldOptions = readonly (readonly [name: string, value: string])[];

const tokens: readonly string[] = ['$skiptoken', '$deltatoken'];

/** `ofFirstPage`: options that have had their effect. */
export function withHeld(given: Query, held: HeldOptions, ofFirstPage: readonly string[] = []): Query {
  const known = new Map(held);
  for (const [name, value] of given) {
    if (tokens.includes(name) || ofFirstPage.includes(name) || name === '$top') continue;
    if (known.get(name) === value) continue;
    throw invalid(
      `${name} is not what the first page of this token was asked with: follow the link as it is.`,
      name,
    );
  }
  const rest = [...given].filter(([name]) => !ofFirstPage.includes(name));
  return new Map([...held, ...rest]);
}

/** Those of the names that are there; `top` in place of the one that was asked for. */
export function holdOptions(options: Query, names: readonly string[], top: number | null): HeldOptions {
  return names.flatMap((name) => {
    const value = name === '$top' && top !== null ? String(top) : options.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}
