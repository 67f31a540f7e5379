// Whose fault a failed attempt is, as far as others share it: what the breakers of lanes and of push services count.
// And the attempt that stands for a channel which broke its contract.
import type { Outcome } from '../channels/contract.ts';

/** A channel never rejects; one that does all the same must not keep its lane or host taken. */
export const channelFailed: Outcome = {
  verdict: 'retry',
  status: null,
  reason: 'channelFailed',
  afterMs: null,
  unanswered: true,
  truncated: false,
  blame: 'provider',
};

/** A failure of the provider or of the credentials, which others share. */
export function isOfProvider({ verdict, blame }: Outcome): boolean {
  const failed = verdict === 'retry' || verdict === 'throttled';
  return failed && (blame === 'provider' || blame === 'credentials');
}
