/** HTTP for one server and for the gateway. */
export { keyHeaders, keyOf, sameKey } from './auth.ts';
export { type Address, bindServer, type Fetcher, type HttpListening, isLoopback, listenHttp, parseListen } from './listen.ts';
export { createMcpApp, type McpAppOptions } from './mcp-app.ts';
export { type Upgrade, type UpgradeBindings, serveUpgrades, upgradeOptions } from './upgrade.ts';
