// A redrive as operators see it: what it was told to select, and how far it has come.
// Its channel is named as in the failed deliveries.
import { formatDateTime } from '../../../model/date-time.ts';
import type { RedriveJob } from '../../../model/delivery.ts';
import type { Services } from '../../kernel/call.ts';

export const path = '/admin/deliveries/redrives';

export function channelName(
  code: number | null,
  { descriptors }: Pick<Services, 'descriptors'>,
): string | null {
  return descriptors.find((each) => each.code === code)?.type ?? null;
}

export function show(job: RedriveJob, services: Services) {
  const { id, selection, dryRun, state, found, redriven, more, startedAt, endedAt } = job;
  const { app, channel, reason } = selection;
  return {
    ...{ id, state, dryRun, app, channel: channelName(channel, services), reason, more },
    ...{ foundCount: found, redrivenCount: redriven },
    startedDateTime: formatDateTime(startedAt),
    endedDateTime: endedAt === null ? null : formatDateTime(endedAt),
  };
}
