// Stores the push credentials of an app for one channel, whole. They are encrypted at rest and count from the next push.
// Without a key to encrypt them, or with another key than the stored ones, the registry refuses.

import { limits } from '@carillon/protocol';
import { shownCredentialsSchema, Type } from '@carillon/protocol/schemas';
import type { GivenCredentials } from '../../../model/credentials.ts';
import { plain } from '../../kernel/answer.ts';
import { type BodySpec, operation } from '../../kernel/operation.ts';
import { audited, findApp } from '../audited.ts';
import { channelOf, channelPath, showChannel } from './channel.ts';
import { readCredentials } from './read-credentials.ts';

/** The path names the channel, and its descriptor says what they must be: the body can't be read without it. */
const credentialsBody: BodySpec<GivenCredentials> = {
  schema: Type.Object({}, { additionalProperties: true }),
  bytesMax: limits.bodyBytes,
  read: (json, { params, services }) =>
    readCredentials(channelOf(params.channel ?? '', services.descriptors).credentials, json),
};

export const putChannel = operation({
  name: 'putChannel',
  method: 'PUT',
  paths: [channelPath],
  access: 'operator',
  summary: 'replace push credentials; 403 when there is no key to encrypt them with',
  body: credentialsBody,
  answer: plain(shownCredentialsSchema, ['created', 'ok']),
  async run({ params, body: credentials, ...acted }, services) {
    const { registry, clock, descriptors } = services;
    const { id } = findApp(params.appId, registry);
    const { type: kind } = channelOf(params.channel, descriptors);
    const now = clock.now();
    const on = `apps/${id}/channels/${kind}`;
    const isNew = await audited(acted, services, on, (within) =>
      within.credentials.put(id, kind, credentials, now),
    );
    const body = showChannel({ kind, shown: credentials.shown, setAt: now });
    return isNew ? { outcome: 'created', body, location: `/admin/${on}` } : { outcome: 'ok', body };
  },
});
