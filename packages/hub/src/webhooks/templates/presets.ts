// Templates ready made, one for each service: what its own documents say that it takes. A name in `takes` is set by the
// operator (`--set tag=ops`), and one in `needs` must be.
import type { WebhookTemplate } from '../../model/change-subscription.ts';

export interface Preset extends Pick<WebhookTemplate, 'contentType' | 'entities' | 'longest'> {
  readonly text: string;
  readonly takes: readonly string[];
  readonly needs: readonly string[];
  /** What `--url` is there. */
  readonly about: string;
}

const json = {
  contentType: 'application/json',
  entities: false,
  longest: null,
  takes: [],
  needs: [],
} as const;

/** Discord refuses a `content` of more than 2 000 characters. */
const discordLongest = 900;

export const presets: Readonly<Record<string, Preset>> = {
  /** https://github.com/caronc/apprise-api: `POST /notify/{key}`, and `POST /notify` with `urls`. */
  apprise: {
    ...json,
    about: 'an Apprise API, http://…/notify/{key}',
    text: body({
      title: '{{title}}',
      body: '{{body|title}}',
      type: '{{type}}',
      tag: '{{tag}}',
      urls: '{{urls}}',
    }),
    takes: ['type', 'tag', 'urls'],
  },
  /** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks; `&`, `<` and `>` are escaped as entities. */
  slack: {
    ...json,
    about: 'an incoming webhook',
    entities: true,
    text: body({ text: '*{{title}}*\n{{body}}\n{{link}}' }),
  },
  /** https://discord.com/developers/docs/resources/webhook#execute-webhook; nobody is mentioned by what somebody wrote. */
  discord: {
    ...json,
    about: 'a webhook of a channel',
    longest: discordLongest,
    text: body({ content: '**{{title}}**\n{{body}}', allowed_mentions: { parse: [] } }),
  },
  /** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using */
  teams: { ...json, about: 'a webhook of Workflows', text: teamsCard() },
  /** https://docs.ntfy.sh/publish/#publish-as-json */
  ntfy: {
    ...json,
    about: 'the server itself, https://ntfy.sh/',
    text: body({ topic: '{{topic}}', title: '{{title}}', message: '{{body|title}}', click: '{{link}}' }),
    takes: ['topic'],
    needs: ['topic'],
  },
};

function teamsCard(): string {
  const block = { type: 'TextBlock', wrap: true };
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [
      { ...block, weight: 'Bolder', size: 'Medium', text: '{{title}}' },
      { ...block, text: '{{body|title}}' },
    ],
    actions: [{ type: 'Action.OpenUrl', title: 'Open', url: '{{link}}' }],
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return body({ type: 'message', attachments: [{ contentType, contentUrl: null, content }] });
}

function body(value: object): string {
  return JSON.stringify(value);
}
