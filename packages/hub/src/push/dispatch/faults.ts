// Whose fault a failed attempt is, as far as others share it: what the breakers of lanes and of push services count.
// And the outcomes that stand for a channel which broke its contract, or is not there.
import type { Outcome } from '../channels/contract.ts';

/** A channel never rejects. If one does, it must not block its lane or host. */
export const channelFailed: Outcome = {
  verdict: 'retry',
  status: null,
  reason: 'channelFailed',
  afterMs: null,
  unanswered: true,
  truncated: false,
  blame: 'provider',
};

/** The subscription is of a channel that this hub does not have, as after a return to an older one. */
export const channelUnknown: Outcome = {
  verdict: 'refused',
  status: null,
  reason: 'channelUnknown',
  afterMs: null,
  unanswered: false,
  truncated: false,
  blame: 'address',
};

/** It was not made after all, or nobody is to blame: it says nothing of the service. */
export function saysNothing({ verdict, blame }: Outcome): boolean {
  return (verdict === 'retry' || verdict === 'throttled') && blame === null;
}

/** A failure of the provider or of the credentials, which others share. */
export function isOfProvider({ verdict, blame }: Outcome): boolean {
  const failed = verdict === 'retry' || verdict === 'throttled';
  return failed && (blame === 'provider' || blame === 'credentials');
}
