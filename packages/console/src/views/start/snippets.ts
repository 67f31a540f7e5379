// The snippets that post a first notification, with the real ids: curl, TypeScript, Python. Each is whole, needs nothing that is to
// be installed, and names itself by `appNotificationId`, by which the page sees it arrive.
export interface SnippetIds {
  readonly publicUrl: string;
  readonly host: string;
  readonly notificationName: string;
}

export const snippetNames = ['curl', 'TypeScript', 'Python'] as const;
export type SnippetName = (typeof snippetNames)[number];

export const snippets: Readonly<Record<SnippetName, (ids: SnippetIds) => string>> = {
  curl: (ids) => `curl -X POST ${ids.publicUrl}/v1.0/me/notifications \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '${JSON.stringify(bodyOf(ids))}'`,
  TypeScript: (ids) => `const response = await fetch('${ids.publicUrl}/v1.0/me/notifications', {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${process.env.TOKEN}\`,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify(${JSON.stringify(bodyOf(ids), null, 2).replaceAll('\n', '\n  ')}),
});
console.log(response.status, await response.text());`,
  Python: (ids) => `import json, os, urllib.request

request = urllib.request.Request(
    "${ids.publicUrl}/v1.0/me/notifications",
    data=json.dumps(${JSON.stringify(bodyOf(ids), null, 4).replaceAll('\n', '\n    ')}).encode(),
    headers={
        "Authorization": f"Bearer {os.environ['TOKEN']}",
        "Content-Type": "application/json",
    },
)
print(urllib.request.urlopen(request).status)`,
};

function bodyOf({ host, notificationName }: SnippetIds) {
  return {
    targetHostName: host,
    appNotificationId: notificationName,
    payload: { visualContent: { title: 'Hello', body: 'It works.' } },
  };
}

/** How a developer gets a token, on the machine of the hub. */
export function tokenCommand(app: string, user: string): string {
  return `export TOKEN=$(npx carillon token --app ${app} --user ${user})`;
}
