// What types are called in $metadata. A schema with an `odataType` has its name from there; others have the name that this list
// gives to their place (operation, or type and member), else that of the member.

/** By `operation`, `type.member` or `operation.parameter`. */
const byPlace: Readonly<Record<string, string>> = {
  getMe: 'user',
  listNotificationApps: 'notificationApp',
  listOwnDevices: 'notificationDevice',
  listOwnSessions: 'session',
  listDeliveries: 'delivery',
  readResponse: 'notificationResponse',
  updateStates: 'stateUpdate',
  createReceipts: 'receiptsAnswer',
  createStreamTicket: 'ticketAnswer',
  explainNotification: 'explanation',
  'notification.targetPolicy': 'targetPolicyEndpoints',
  'notification.response': 'notificationResponse',
  'visualProperties.actions': 'notificationAction',
  'notificationAction.input': 'actionInput',
  'visualProperties.progress': 'notificationProgress',
  'notificationSubscription.channel': 'pushChannel',
  'delivery.lastAnswer': 'providerAnswer',
  'explanation.request': 'pushRequest',
  'updateStates.changes': 'stateUpdateTarget',
  'stateUpdate.results': 'stateUpdateOutcome',
  'createReceipts.receipts': 'notificationReceipt',
  // Enumerations.
  'targetPolicyEndpoints.platformTypes': 'platformType',
  'delivery.kind': 'deliveryKind',
  'delivery.status': 'deliveryStatus',
  'delivery.dropped': 'visualMember',
  'notificationResponse.respondedBy': 'responder',
  'notificationReceipt.kind': 'receiptKind',
  'stateUpdateOutcome.result': 'stateUpdateResult',
  'visualProperties.dir': 'textDirection',
  'subscription.latestSupportedTlsVersion': 'tlsVersion',
  'quietHours.passes': 'passing',
  'notificationMute.lasts': 'muteSpan',
};

export function nameAt(place: string): string {
  return byPlace[place] ?? place.slice(place.lastIndexOf('.') + 1);
}
