/** What servers need that connect or pass on requests on somebody else's behalf. */
export { isPublicAddress } from './address.ts';
export { privateLiteral, publicLookup } from './lookup.ts';
export { hopByHop } from './hop-by-hop.ts';
