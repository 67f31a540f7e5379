// What a page of Microsoft's SDK loads as one script.
export * from '../../src/compat/index.ts';
