/** What a client from outside may ask of a shared browser. */
import type { Command } from './messages.ts';
import { text } from './messages.ts';

/** What becomes of a command. */
export type Verdict =
  | { readonly do: 'pass' }
  /** Answered at once and not done: a client that cannot have it goes on none the less. */
  | { readonly do: 'ignore' }
  | { readonly do: 'refuse'; readonly reason: string }
  /** Passed with the parameter `browserContextId` of the owner. */
  | { readonly do: 'in-context' }
  /** Passed when the target in `targetId` is the owner's. */
  | { readonly do: 'own-target' }
  /** Passed when the files are in the workspace. */
  | { readonly do: 'files'; readonly paths: readonly string[] }
  /** Has a rule of its own in the relay. */
  | { readonly do: 'special' };

const pass: Verdict = { do: 'pass' };
const ignore: Verdict = { do: 'ignore' };
const special: Verdict = { do: 'special' };
const refuse = (reason: string): Verdict => ({ do: 'refuse', reason });

/** Domains whose commands reach no further than the page that they are sent to. */
const pageDomains: ReadonlySet<string> = new Set(
  `Accessibility Animation Audits Autofill BackgroundService CSS CacheStorage Console DOM DOMDebugger DOMSnapshot DOMStorage Debugger
  DeviceAccess DeviceOrientation Emulation EventBreakpoints FedCm Fetch HeapProfiler IO IndexedDB Input Inspector LayerTree Log Media Network
  Overlay Page Performance PerformanceTimeline Preload Profiler Runtime Schema Security ServiceWorker Storage WebAudio WebAuthn`.split(
    /\s+/,
  ),
);

/** The same on every connection and session. */
const everywhere: Readonly<Record<string, Verdict>> = {
  'Browser.getVersion': pass,
  'Browser.close': special,
  'Browser.setDownloadBehavior': special,
  'Browser.getWindowForTarget': special,
  'Browser.getWindowBounds': special,
  'Browser.setWindowBounds': special,
  'Browser.grantPermissions': { do: 'in-context' },
  'Browser.setPermission': { do: 'in-context' },
  'Browser.resetPermissions': { do: 'in-context' },
  'Target.setDiscoverTargets': pass,
  'Target.getTargets': pass,
  'Target.getBrowserContexts': pass,
  'Target.setAutoAttach': special,
  'Target.attachToTarget': special,
  'Target.attachToBrowserTarget': special,
  'Target.detachFromTarget': special,
  'Target.createTarget': special,
  'Target.closeTarget': special,
  'Target.createBrowserContext': special,
  'Target.disposeBrowserContext': special,
  'Target.activateTarget': { do: 'own-target' },
  'Target.getTargetInfo': { do: 'own-target' },
};

/** On a page only. */
const onPages: Readonly<Record<string, Verdict>> = {
  'Page.setDownloadBehavior': ignore,
  'Page.close': special,
  'Page.crash': special,
  'Page.handleJavaScriptDialog': special,
  'Page.setInterceptFileChooserDialog': special,
};

/** Judges a command. @param onPage false when it is sent to the browser as a whole */
export function judge({ method, params }: Pick<Command, 'method' | 'params'>, onPage: boolean): Verdict {
  const known = everywhere[method] ?? (onPage ? onPages[method] : undefined);
  const [domain = ''] = method.split('.');
  if (known === undefined && domain === 'Storage' && (!onPage || 'browserContextId' in params)) return { do: 'in-context' };
  if (known === undefined && !(onPage && pageDomains.has(domain))) {
    return refuse(`${method} reaches the whole browser, which others use, too.`);
  }
  const address = opens.has(method) ? text(params, 'url') : undefined;
  if (address !== undefined && !isWebAddress(address)) return refuse(`"${address.slice(0, 200)}" may not be opened.`);
  const paths = filesOf(method, params);
  return paths ? { do: 'files', paths } : (known ?? pass);
}

const opens: ReadonlySet<string> = new Set([
  'Page.navigate',
  'Target.createTarget',
  'Network.loadNetworkResource',
  'Fetch.continueRequest',
  'Page.setDocumentContent',
]);

function isWebAddress(address: string): boolean {
  if (address === '') return true;
  const protocol = URL.parse(address)?.protocol;
  // Without a scheme the browser takes it as http.
  return protocol === undefined
    ? !/^[\s\p{Cc}]*(?:file|chrome|devtools|view-source)\s*:/iv.test(address)
    : web.has(protocol) || address === 'about:blank';
}

const web: ReadonlySet<string> = new Set(['http:', 'https:', 'data:', 'blob:', 'ws:', 'wss:']);

/** Files of this machine that the command would give to a page. */
function filesOf(method: string, params: Record<string, unknown>): string[] | undefined {
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  if (method === 'DOM.setFileInputFiles' || method === 'Page.handleFileChooser') return list(params['files']);
  const { data } = params;
  if (method === 'Input.dispatchDragEvent' && typeof data === 'object' && data && 'files' in data) return list(data.files);
  return undefined;
}
