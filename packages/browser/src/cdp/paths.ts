/** Where clients of the DevTools protocol find the browser. */
export const cdpPaths = { browser: '/cdp/devtools/browser', page: '/cdp/devtools/page' } as const;
