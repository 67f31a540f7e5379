// A local change as it is on disk and between tabs. Its names are those of the first version and stay: versions of a page
// share one database and one channel.
import type { LocalChange } from '../feed/local-change.ts';

export type StoredChange = Omit<LocalChange, 'mutation'> & { readonly wish: LocalChange['mutation'] };

export function toStored({ mutation: wish, ...rest }: LocalChange): StoredChange {
  return { ...rest, wish };
}

export function fromStored({ wish: mutation, ...rest }: StoredChange): LocalChange {
  return { ...rest, mutation };
}
