// What the site's build uses of two packages that have no types of their own.
declare module '@11ty/eleventy' {
  interface Amendable {
    readonly core: { readonly ruler: { push(name: string, rule: (state: never) => void): void } };
    set(options: Readonly<Record<string, unknown>>): Amendable;
  }
  export interface Configuration {
    addTemplate(path: string, text: string, data: Readonly<Record<string, unknown>>): void;
    amendLibrary(name: 'md', amend: (markdown: Amendable) => void): void;
    setUseGitIgnore(uses: boolean): void;
  }
  interface Options {
    readonly quietMode: boolean;
    readonly configPath: false | string;
    readonly config: (configuration: Configuration) => void;
  }
  export interface Rendered {
    readonly url: string;
    readonly content: string;
  }
  export class Eleventy {
    constructor(input: string, output: string, options: Options);
    toJSON(): Promise<readonly Rendered[]>;
  }
}
declare module 'prismjs' {
  type Grammar = Readonly<Record<string, unknown>>;
  const Prism: {
    readonly languages: Readonly<Record<string, Grammar | undefined>>;
    highlight(text: string, grammar: Grammar, language: string): string;
  };
  export = Prism;
}
declare module 'prismjs/components/*';
