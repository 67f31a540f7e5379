// Ends a change subscription of any app for good, as its app could. What waits for it is forgotten.
// The audit names it as the command's `carillon webhook delete` does.
import { nothing } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { noChangeSubscription } from '../../webhooks/change-subscription.ts';
import { audited } from '../audited.ts';

export const deleteWebhook = operation({
  name: 'deleteWebhook',
  method: 'DELETE',
  paths: ['/admin/changeSubscriptions/{changeSubscriptionId}'],
  access: 'operator',
  summary: 'end a change subscription of any app; what waits for it is forgotten',
  answer: nothing,
  async run({ params, ...acted }, services) {
    const id = params.changeSubscriptionId.toLowerCase();
    const found = await services.registry.changeSubscriptions.find(id);
    if (!found) throw noChangeSubscription();
    await audited(acted, services, `apps/${found.app}/webhooks/${id}`, ({ changeSubscriptions }) =>
      changeSubscriptions.change(id, () => null),
    );
    services.endpoints.end(id);
    return { outcome: 'noContent' };
  },
});
