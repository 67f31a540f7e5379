// Lit's development build, which bundlers take while they develop, warns in each console that it is one. Who embeds the
// inbox can't do anything about it, so that one warning counts as issued. It has to run before Lit does.

const issued: unknown = Reflect.get(globalThis, 'litIssuedWarnings');
const warnings = issued instanceof Set ? issued : new Set();
warnings.add('dev-mode');
Reflect.set(globalThis, 'litIssuedWarnings', warnings);
