/** The gateway as a library. */
export { gatewayOptions, type ServerSettings } from './config/options.ts';
export { createGateway, type Gateway, type GatewayValues, listenGateway, type ListeningGateway } from './gateway.ts';
export { type InstalledServer, ownServers } from './servers.ts';
export { staticView } from './static-view.ts';
