/** The browser on a display of its own: people watch and use it over VNC. Needs TigerVNC's Xvnc (Debian: tigervnc-standalone-server). */
import { itWith } from '@sandlot/core/testing';
import { expect, vi } from 'vitest';
import { alive, commandOf, descendants, listeningPorts } from './processes.ts';
import { viewDisplay } from './rfb.ts';
import { headers, serve } from './served.ts';
import { startSite } from './site.ts';

const displayIt = itWith('Xvnc');
const patient = { timeout: 60_000, interval: 50 };
const page = `<title>Form</title><body style="margin:0"><input autofocus aria-label=Name style="position:fixed;inset:0;width:100vw;height:100vh">`;

displayIt('a person sees the browser, types into it and resizes it; nothing is left of the display', async () => {
  await using site = await startSite({ '/': page });
  let left: number[] = [];
  {
    await using server = await serve({ display: true, viewportSize: '1000x700' });
    await server.call('browser_navigate', { url: site.url });
    const children = descendants(process.pid);
    left = children.filter((pid) => /^(?:Xvnc|matchbox)/.test(commandOf(pid)));
    expect(left).toHaveLength(2);
    for (const pid of left) expect(listeningPorts(pid)).toEqual([]);

    using viewer = await viewDisplay(server.url, headers);
    expect(viewer).toMatchObject({ width: 1000, height: 700 });
    const size = async () => server.call('browser_evaluate', { function: '() => `${outerWidth}x${outerHeight}`' });
    await vi.waitFor(async () => expect(await size()).toContain('1000x700'), patient);
    viewer.click(500, 500);
    await vi.waitFor(async () => {
      viewer.type('v');
      expect(await server.call('browser_evaluate', { function: '() => document.querySelector("input").value' })).toContain('v');
    }, patient);
    viewer.resize(1200, 900);
    await vi.waitFor(async () => expect(await size()).toContain('1200x900'), patient);
  }
  await vi.waitFor(() => expect(alive(left)).toEqual([]), patient);
});

displayIt('whoever comes first finds a browser; a caller without the right, and a browser without a display, are refused', async () => {
  await using server = await serve({ display: true });
  using viewer = await viewDisplay(server.url, headers);
  expect(viewer.width).toBe(1280);
  await expect(viewDisplay(server.url, {})).rejects.toThrow('401');
  await using plain = await serve();
  await expect(viewDisplay(plain.url, headers)).rejects.toThrow('409');
});
