// The icon of an app through the hub, for whoever has the app among the senders. The hub asks for the address that its operator
// gave it, and for no other.

import { notFound } from '../../model/errors.ts';
import { hasHeardOf } from '../apps/heard-apps.ts';
import { pictureBody } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { answerPicture } from './answer-picture.ts';

export const getAppIcon = operation({
  name: 'getAppIcon',
  method: 'GET',
  paths: ['/me/notificationApps/{appId}/icon'],
  access: 'user',
  summary: "the app's icon, through the hub (`--inbox-proxy-pictures`)",
  answer: pictureBody,
  waits: () => true,
  async run({ params, user, principal }, services) {
    const app = services.registry.apps.findById(params.appId);
    if (!app || !hasHeardOf(app, principal, services.issuers)) throw notFound();
    return answerPicture(app.iconUrl, user.key, services);
  },
});
