/** Names the caller of a request on its span: whose trace it is. Believed only of the gateway's own spans. */
export const principalAttribute = 'sandlot.principal';
