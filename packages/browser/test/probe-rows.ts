/** Situations in which browser servers differ, and what this one answers, in words. */
import { setTimeout as delay } from 'node:timers/promises';
import { kill } from '@sandlot/core/testing';
import type { TestAnswer, TestClient } from '@sandlot/core/testing';
import { alive, commandOf, descendants } from './processes.ts';
import { attachment, type Handler, refIn } from './site.ts';

/** What a probe works with. */
export interface ProbeWorld {
  readonly client: TestClient;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The same site as another one: `http://localhost:PORT`. */
  readonly otherUrl: string;
}

/** A row of the table. */
export interface ProbeRow {
  readonly name: string;
  readonly page: (world: ProbeWorld) => string;
  /** Does the thing, with the page open, and says what came of it. */
  readonly run: (world: ProbeWorld, opened: TestAnswer) => Promise<string>;
}

/** Pages that the rows lead to. */
export const probePages: Record<string, string | Handler> = {
  '/never': () => undefined,
  '/inner': `<button onclick="this.textContent = 'Pressed'">Inside</button>`,
  '/file': attachment('report.csv', 'a,b'),
  '/other': '<title>Other</title>',
};

const said = (answer: TestAnswer, words: string | RegExp): boolean => answer.text.search(words) >= 0;
const failed = ({ error }: TestAnswer): string => `${error?.code}: ${error?.message}`;

async function press(client: TestClient, where: TestAnswer): Promise<string> {
  const seen = said(where, 'button "Inside"');
  const answer = seen ? await client.call('browser_click', { target: refIn(where.text, 'button "Inside"') }) : undefined;
  return `${seen ? 'seen' : 'not seen'}, ${answer && said(answer, 'Pressed') ? 'clicked' : 'not clicked'}`;
}

/** A shadow root with a button, open or closed. */
const shadow = (mode: string) =>
  `<div id=host style="width:200px;height:40px"></div><script>const root = host.attachShadow({ mode: '${mode}' }); root.innerHTML = '<button style="width:200px;height:40px">Inside</button>'; root.querySelector('button').onclick = (event) => { event.target.textContent = 'Pressed'; document.title = 'Pressed' }</script>`;

const killMatching = (pattern: RegExp) => kill(...alive(descendants(process.pid)).filter((each) => pattern.test(commandOf(each))));

/** Lets the death be noticed, by a call that meets it or after it. */
async function afterDeath({ client, url }: ProbeWorld): Promise<string> {
  let told = false;
  for (let attempt = 0; attempt < 50 && !told; attempt++) {
    const answer = await client.call('browser_snapshot');
    told = answer.isError;
    if (!told) await delay(20);
  }
  const next = await client.call('browser_navigate', { url: `${url}/other` });
  return `${told ? 'the call that meets it says so' : 'not told'}; the next navigation ${next.isError ? failed(next) : 'works'}`;
}

export const probeRows: readonly ProbeRow[] = [
  {
    name: 'page with an image that never arrives',
    page: () => '<h1>Here</h1><img src=/never>',
    run: async (_, opened) => (said(opened, 'heading "Here"') ? 'opened, and shown' : failed(opened)),
  },
  {
    name: 'frame of the same origin',
    page: () => '<iframe src=/inner></iframe>',
    run: async ({ client }, opened) => press(client, opened),
  },
  {
    name: 'frame of another origin',
    page: ({ otherUrl }) => `<iframe src="${otherUrl}/inner"></iframe>`,
    run: async ({ client }, opened) => press(client, opened),
  },
  { name: 'open shadow root', page: () => shadow('open'), run: async ({ client }, opened) => press(client, opened) },
  {
    name: 'closed shadow root',
    page: () => shadow('closed'),
    async run({ client }, opened) {
      const seen = await press(client, opened);
      const clicked = await client.call('browser_mouse_click_xy', { x: 60, y: 25 });
      return `${seen}; ${said(clicked, 'Title: Pressed') ? 'clicked by coordinates (`--caps vision`)' : 'not by coordinates'}`;
    },
  },
  {
    name: 'stale reference',
    page: () => '<button>Old</button>',
    async run({ client, url }, opened) {
      const target = refIn(opened.text, 'button "Old"');
      await client.call('browser_navigate', { url: `${url}/other` });
      return `refused: ${failed(await client.call('browser_click', { target }))}`;
    },
  },
  {
    name: 'covered button',
    page: () => `<button>Under</button><div id=cookie-wall style="position:fixed;inset:0;background:#fff">Accept</div>`,
    async run({ client }, opened) {
      return `refused: ${failed(await client.call('browser_click', { target: refIn(opened.text, 'button "Under"') }))}`;
    },
  },
  {
    name: 'popup told in the answer',
    page: () => '<button onclick="window.open(`/other`)">Open</button>',
    async run({ client }) {
      return said(await client.call('browser_click', { target: 'button' }), /New tab t\d+: \S+ \(current stays t\d+\)/)
        ? 'yes, with its id; the opener stays current'
        : 'no';
    },
  },
  {
    name: 'download told in the answer',
    page: () => '<a href=/file>Get</a>',
    async run({ client }) {
      return said(await client.call('browser_click', { target: 'a' }), /Downloaded \/\S+\/downloads\/report\S*\.csv \(3 bytes\)/)
        ? 'yes, with path and size'
        : 'no';
    },
  },
  {
    name: 'confirm dialog on a click',
    page: () => '<button onclick="this.textContent = confirm(`Sure?`)">Ask</button>',
    async run({ client }) {
      const told = (await client.call('browser_click', { target: 'button' })).facts['dialog'] === 'confirm: Sure?';
      const answer = await client.call('browser_handle_dialog', { accept: true });
      return `${told ? 'told' : 'not told'}, ${said(answer, 'button "true"') ? 'answered' : 'not answered'}`;
    },
  },
  {
    name: 'renderer crash',
    page: () => '<p>start</p>',
    async run(world) {
      killMatching(/--type=renderer/);
      return afterDeath(world);
    },
  },
  {
    name: 'browser killed',
    page: () => '<p>start</p>',
    async run(world) {
      killMatching(/--remote-debugging-pipe/);
      return afterDeath(world);
    },
  },
];
