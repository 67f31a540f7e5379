// A dry run of a create for operators: what the app's post would push to which of the person's devices, and why not to the
// others. Nothing is posted, and it shows nothing that is stored.
import { explanationSchema, Type } from '@carillon/protocol/schemas';
import { invalid } from '../../../model/errors.ts';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { text } from '../../kernel/query.ts';
import { postedBody } from '../../notifications/create.ts';
import { explainFor } from '../../notifications/explain.ts';
import { findApp } from '../audited.ts';
import { shortHash } from '../deliveries/delivery-id.ts';
import { findPerson } from '../users/person.ts';

export const explainForUser = operation({
  name: 'explainForUser',
  method: 'POST',
  paths: ['/admin/users/{user}/explain'],
  access: 'operatorRead',
  summary:
    'dry-run a create of the app `app` for a person of any issuer: what would be pushed to which device, and why not; nothing is posted',
  query: { app: text },
  body: postedBody,
  answer: plain(Type.Object({ value: Type.Array(explanationSchema) })),
  async run({ params, query, body }, services) {
    if (query.app === undefined) throw invalid('Give the id of the app that would post as "app".', 'app');
    const app = findApp(query.app, services.registry);
    const { feed } = await findPerson(params.user, services);
    const explained = feed
      ? await explainFor({ body, app, visibility: null, user: feed.user }, services)
      : [];
    // The UNS-ID is a capability of its app.
    const value = explained.map((each) => ({ ...each, subscriptionId: shortHash(each.subscriptionId) }));
    return { outcome: 'ok', body: { value } };
  },
});
