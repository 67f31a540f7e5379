// Whether a write was decided on what is stored: one of the tags of its `If-Match`, if it has any, must be the current
// one. Weak and strong tags are the same here, since an ETag counts changes.
import { HubError } from '../../model/errors.ts';

export function checkMatch(etag: string, ifMatch: string | null): void {
  if (ifMatch === null || ifMatch === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//i, ''));
  if (tags.includes(etag.slice(2))) return;
  throw new HubError(
    'resourceModified',
    `If-Match does not name the current ETag, ${etag}: read it again and decide anew.`,
    { target: 'If-Match' },
  );
}
