import { contractSuite, type TestClient } from '@sandlot/core/testing';
import { browser } from './index.ts';

const page =
  'data:text/html,<title>Form</title><h1>Form</h1><input aria-label=Name><button onclick="this.textContent=String.fromCharCode(68)">Go</button>';

async function opened(client: TestClient): Promise<void> {
  await client.call('browser_navigate', { url: page });
}

const after = (args: Record<string, unknown>) => async (client: TestClient) => {
  await opened(client);
  return args;
};

contractSuite(browser, {
  examples: {
    browser_navigate: { url: page },
    browser_navigate_back: after({}),
    browser_snapshot: after({}),
    browser_click: after({ target: 'button' }),
    browser_type: after({ target: 'input', text: 'Ada' }),
    browser_wait_for: after({ text: 'Go' }),
    browser_take_screenshot: after({}),
    browser_tabs: after({ action: 'list' }),
    browser_evaluate: after({ function: '() => document.title' }),
    browser_get_download_list: {},
    browser_close: after({}),
  },
});
