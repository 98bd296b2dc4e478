/** Which addresses a server may connect to on somebody else's behalf. */
export { isPublicAddress } from './address.ts';
export { privateLiteral, publicLookup } from './lookup.ts';
