// docs/configuration.md, made from the settings that the hub reads. `npm run docs` writes it; a test fails while the file
// is another.
import { typeInWords } from '../../packages/hub/src/config/expected.ts';
import type { Setting } from '../../packages/hub/src/config/setting.ts';
import {
  defaultOf,
  flagOf,
  isSettingName,
  settingGroups,
  variableOf,
} from '../../packages/hub/src/config/settings.ts';

const introduction = `# Configuration

Every setting of \`carillon serve\`. \`npm run docs\` makes this page from the settings that the hub reads.

A setting has one name. It is a key of a JSON file, a flag (\`--name\`) and a variable (\`CARILLON_NAME\`).

**Precedence.** The command line wins over the environment, the environment over the file, and the file over the default.
Sources are not merged: a list on the command line replaces the list of a variable.

- **Flags.** A list is given one value at a time: \`--issuer URL --issuer URL\`. A secret has no flag, since every process of
  the machine may read a command line.
- **Variables.** A list has commas between its values. A switch takes \`1\`, \`0\`, \`true\` or \`false\`. An empty variable counts
  as not given.
- **The file.** \`--config FILE\` or \`CARILLON_CONFIG\` names a file with one JSON object, such as
  \`{"port": 4280, "issuer": ["https://login.example.com"]}\`.

The hub refuses unknown keys and values that it can't use. It reports all problems at once, each with the key, the flag and
the variable, and ends with exit code 78. \`carillon doctor\` checks the same settings without starting a hub.
`;

export function configurationPage(): string {
  const parts = Object.entries(settingGroups).map(([heading, group]) => partOf(heading, group));
  return `${introduction}\n${parts.join('\n')}`;
}

function partOf(heading: string, group: Readonly<Record<string, Setting>>): string {
  const rows = Object.entries(group).map(([name, setting]) => rowOf(name, setting));
  return `## ${heading}

| name | what it does | default | unit | type | flag | variable |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function rowOf(name: string, setting: Setting): string {
  if (!isSettingName(name)) throw new Error(`${name} stands in a group, but is no setting`);
  const cells = [
    code(name),
    setting.about,
    setting.usual ?? code(defaultOf(setting)),
    setting.unit ?? '',
    setting.takes === '' ? 'a switch' : typeInWords(setting.schema),
    setting.secret ? 'none: it is a secret' : code(flagOf(name)),
    code(variableOf(name)),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
