// What the tests use of odata-csdl, OASIS's converter of CSDL, which brings no types of its own: from XML to JSON.
// Its schemas, edmx.xsd and csdl.schema.json, are files of the same package.
declare module 'odata-csdl' {
  export function xml2json(xml: string): object;
}
