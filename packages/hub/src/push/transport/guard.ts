// Keeps pushes out of the operator's own network when a name is resolved to connect, the only moment that counts. The
// connection goes to the addresses that were checked, so a name that resolves differently a moment later gains nothing.
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isPrivateAddress, isPrivateHost } from '../../model/push-address.ts';

/** As `dns.lookup`, for all addresses of a name. */
export type LookupAll = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** As the option `lookup` of `net.connect`. */
export type Lookup = (
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
) => void;

export class ForbiddenAddress extends Error {
  readonly code = 'PRIVATE_ADDRESS';

  constructor() {
    super('The address is inside a private network, which a push is never sent to.');
  }
}

/** Throws for a host that needs no resolving to be seen as private: `net.connect` never looks up a literal address. */
export function checkHost(hostname: string): void {
  if (isPrivateHost(hostname)) throw new ForbiddenAddress();
}

/** Refuses a name as soon as one of its addresses is private: which of them is connected to is the network's choice. */
export function guardLookup(lookup: LookupAll): Lookup {
  return answerWith(lookup, (addresses) => {
    if (addresses.some(({ address }) => isPrivateAddress(address))) throw new ForbiddenAddress();
  });
}

/** Whether one of the name's addresses is private now; one that has none, or does not answer in time, is not. */
export async function resolvesPrivately(
  hostname: string,
  lookup: LookupAll,
  waitMs = 2000,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const patience = AbortSignal.timeout(waitMs);
  patience.addEventListener('abort', () => resolve(false));
  lookup(hostname, { all: true }, (error, addresses) => {
    resolve(!error && addresses.some(({ address }) => isPrivateAddress(address)));
  });
  return promise;
}

export function openLookup(lookup: LookupAll): Lookup {
  return answerWith(lookup, () => {});
}

function answerWith(lookup: LookupAll, check: (addresses: readonly LookupAddress[]) => void): Lookup {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (!first) return callback(new Error(`${hostname} has no address.`), []);
      try {
        check(addresses);
      } catch (refusal) {
        return callback(refusal as Error, []);
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}
