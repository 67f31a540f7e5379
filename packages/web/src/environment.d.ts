// What the build replaces, and what browsers have beyond
// TypeScript's own declarations.
interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}
