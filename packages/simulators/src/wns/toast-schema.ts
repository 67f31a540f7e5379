// The schema of a toast, after Microsoft's reference, a page an element: which attributes and children each has, which must
// be there, and what their values may be. A device drops a toast that does not follow it.
// https://learn.microsoft.com/uwp/schemas/tiles/toastschema/schema-root

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

interface Attribute {
  readonly form: RegExp;
  readonly required?: true;
}

interface ElementSchema {
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** How often each child may be there. */
  readonly children: Readonly<Record<string, { readonly min?: number; readonly max: number }>>;
}

const any: Attribute = { form: /^/ };
const required: Attribute = { form: /^/, required: true };
const named: Attribute = { form: /./s, required: true };
const flag: Attribute = { form: /^(true|false)$/ };
const number: Attribute = { form: /^\d+$/ };
const language: Attribute = { form: /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/ };
const picture: Attribute = {
  form: /^(https?:\/\/|ms-appx:\/\/\/|ms-appdata:\/\/\/local\/|file:\/\/\/)/i,
  required: true,
};
const many = { max: 100 };
const one = { max: 1 };

function oneOf(...values: readonly string[]): Attribute {
  return { form: new RegExp(`^(${values.join('|')})$`) };
}

const activation = oneOf('foreground', 'background', 'protocol');
const images = { addImageQuery: flag, baseUri: any, lang: language };

const schema: Readonly<Record<string, ElementSchema>> = {
  toast: {
    attributes: {
      launch: any,
      activationType: activation,
      duration: oneOf('long', 'short'),
      displayTimestamp: { form: /^\d{4}-\d\d-\d\dT\d\d:\d\d/ },
      scenario: oneOf('reminder', 'alarm', 'incomingCall', 'urgent'),
      useButtonStyle: flag,
    },
    children: { visual: { min: 1, max: 1 }, audio: one, commands: one, actions: one, header: one },
  },
  visual: { attributes: { version: number, ...images }, children: { binding: { min: 1, max: 100 } } },
  binding: {
    attributes: { template: named, fallback: any, ...images },
    children: { text: many, image: many, group: many, progress: many },
  },
  text: {
    attributes: {
      id: number,
      lang: language,
      placement: oneOf('attribution'),
      'hint-callScenarioCenterAlign': flag,
      'hint-align': any,
      'hint-style': any,
      'hint-wrap': flag,
      'hint-maxLines': number,
      'hint-minLines': number,
    },
    children: {},
  },
  image: {
    attributes: {
      id: number,
      src: picture,
      alt: any,
      addImageQuery: flag,
      placement: oneOf('appLogoOverride', 'hero'),
      'hint-crop': oneOf('circle', 'none'),
      'hint-removeMargin': flag,
      'hint-align': any,
    },
    children: {},
  },
  progress: {
    attributes: {
      title: any,
      value: { form: /^(0(\.\d+)?|1(\.0+)?|indeterminate|\{\w+\})$/, required: true },
      valueStringOverride: any,
      status: required,
    },
    children: {},
  },
  group: { attributes: {}, children: { subgroup: { min: 1, max: 100 } } },
  subgroup: {
    attributes: { 'hint-weight': number, 'hint-textStacking': any },
    children: { text: many, image: many },
  },
  actions: {
    attributes: { 'hint-systemCommands': oneOf('SnoozeAndDismiss') },
    children: { input: { max: 5 }, action: { max: 5 } },
  },
  input: {
    attributes: {
      id: named,
      type: { form: /^(text|selection)$/, required: true },
      placeHolderContent: any,
      title: any,
      defaultInput: any,
    },
    children: { selection: { max: 5 } },
  },
  selection: { attributes: { id: named, content: named }, children: {} },
  action: {
    attributes: {
      content: required,
      arguments: required,
      activationType: activation,
      afterActivationBehavior: oneOf('default', 'pendingUpdate'),
      placement: oneOf('contextMenu'),
      imageUri: any,
      'hint-inputId': any,
      'hint-buttonStyle': oneOf('Success', 'Critical'),
      'hint-toolTip': any,
    },
    children: {},
  },
  audio: {
    attributes: { src: { form: /^(ms-winsoundevent|ms-appx|ms-resource):/i }, loop: flag, silent: flag },
    children: {},
  },
  header: {
    attributes: {
      id: named,
      title: named,
      arguments: required,
      activationType: oneOf('foreground', 'protocol'),
    },
    children: {},
  },
  commands: { attributes: { scenario: any }, children: { command: many } },
  command: { attributes: { id: named, arguments: any }, children: {} },
};

/** The first fault; null for a toast that a device shows. */
export function faultOfToast(toast: XmlElement): string | null {
  return faultOfElement(toast, toast.name) ?? faultOfActions(toast);
}

function faultOfElement(element: XmlElement, path: string): string | null {
  const known = schema[element.name];
  if (!known) return `${path} is not known`;
  return faultOfAttributes(element, known, path) ?? faultOfChildren(element, known, path);
}

function faultOfAttributes({ attributes }: XmlElement, known: ElementSchema, path: string): string | null {
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = known.attributes[name];
    if (!attribute) return `${path} has no attribute ${name}`;
    if (!attribute.form.test(value)) return `${path}/@${name} may not be "${value.slice(0, 60)}"`;
  }
  const missing = Object.entries(known.attributes).find(
    ([name, attribute]) => attribute.required && attributes[name] === undefined,
  );
  return missing ? `${path} needs the attribute ${missing[0]}` : null;
}

function faultOfChildren({ children }: XmlElement, known: ElementSchema, path: string): string | null {
  for (const child of children) {
    const bounds = known.children[child.name];
    if (!bounds) return `${path} has no element ${child.name}`;
    if (children.filter(({ name }) => name === child.name).length > bounds.max)
      return `${path} has more than ${bounds.max} of ${child.name}`;
    const fault = faultOfElement(child, `${path}/${child.name}`);
    if (fault) return fault;
  }
  const missing = Object.entries(known.children).find(
    ([name, { min = 0 }]) => children.filter((child) => child.name === name).length < min,
  );
  return missing ? `${path}/${missing[0]} is missing` : null;
}

/** A button beside an input names one that is there, and its style counts only where the toast says so. */
function faultOfActions({ attributes, children }: XmlElement): string | null {
  const parts = children.find(({ name }) => name === 'actions')?.children ?? [];
  const inputs = parts.filter(({ name }) => name === 'input').map((input) => input.attributes.id);
  if (new Set(inputs).size < inputs.length) return 'toast/actions has two inputs of one id';
  for (const { attributes: button } of parts.filter(({ name }) => name === 'action')) {
    const beside = button['hint-inputId'];
    if (beside !== undefined && !inputs.includes(beside)) return `toast/actions has no input ${beside}`;
    if (button['hint-buttonStyle'] !== undefined && attributes.useButtonStyle !== 'true')
      return 'toast/actions/action/@hint-buttonStyle needs useButtonStyle';
  }
  return null;
}
