/** A good call of each tool. */
import type { Example, TestClient } from '@sandlot/core/testing';

/** What the calls need to be there. */
export const html = `<title>Form</title><h1>Form</h1><input aria-label=Name><button onclick="this.textContent='Done'">Go</button>
<select><option>S<option>L</select><input type=file><button id=ask onclick="alert('Hi')">Ask</button><p id=drop ondragover="event.preventDefault()" ondrop="event.preventDefault()">Drop here</p>`;

/**
 * Their arguments, by tool. The workspace must hold `a.txt`.
 *
 * @param page address of {@link html}
 * @param site address of the same where it can be asked again, and can store
 */
export function examples(page: string, site = page): Record<string, Example> {
  const opened = (client: TestClient) => client.call('browser_navigate', { url: page });
  const after = (args: Record<string, unknown>) => async (client: TestClient) => {
    await opened(client);
    return args;
  };
  const onSite = (args: Record<string, unknown>) => async (client: TestClient) => {
    await client.call('browser_navigate', { url: site });
    return args;
  };
  return {
    browser_navigate: { url: page },
    browser_navigate_back: after({}),
    browser_navigate_forward: async (client) => {
      await opened(client);
      await client.call('browser_navigate_back');
      return {};
    },
    browser_reload: after({}),
    browser_snapshot: after({}),
    browser_find: after({ text: 'form' }),
    browser_get_markdown: after({}),
    browser_click: after({ target: 'text=Go' }),
    browser_hover: after({ target: 'text=Go' }),
    browser_drag: after({ startTarget: 'h1', endTarget: 'text=Go' }),
    browser_drop: onSite({ target: '#drop', data: { 'text/plain': 'hello' } }),
    browser_type: after({ target: '[aria-label=Name]', text: 'Ada' }),
    browser_fill_form: after({ fields: [{ target: 'select', name: 'Size', type: 'combobox', value: 'L' }] }),
    browser_select_option: after({ target: 'select', values: ['L'] }),
    browser_press_key: after({ key: 'Tab' }),
    browser_file_upload: after({ target: '[type=file]', paths: ['a.txt'] }),
    browser_handle_dialog: async (client) => {
      await opened(client);
      await client.call('browser_click', { target: '#ask' });
      return { accept: true };
    },
    browser_wait_for: after({ text: 'Go' }),
    browser_take_screenshot: after({}),
    browser_tabs: after({ action: 'list' }),
    browser_evaluate: after({ function: '() => document.title' }),
    browser_console_messages: after({ level: 'info' }),
    browser_network_requests: after({}),
    browser_network_request: onSite({ index: 1 }),
    browser_get_download_list: {},
    browser_resize: after({ width: 800, height: 600 }),
    browser_mouse_move_xy: after({ x: 10, y: 10 }),
    browser_mouse_click_xy: after({ x: 10, y: 10 }),
    browser_mouse_drag_xy: after({ startX: 10, startY: 10, endX: 50, endY: 50 }),
    browser_mouse_down: after({}),
    browser_mouse_up: after({}),
    browser_mouse_wheel: after({ deltaY: 100 }),
    browser_cookie_list: {},
    browser_cookie_get: { name: 'a' },
    browser_cookie_set: { name: 'a', value: '1', domain: 'site.example' },
    browser_cookie_delete: { name: 'a' },
    browser_cookie_clear: {},
    browser_localstorage_list: onSite({}),
    browser_localstorage_get: onSite({ key: 'a' }),
    browser_localstorage_set: onSite({ key: 'a', value: '1' }),
    browser_localstorage_delete: onSite({ key: 'a' }),
    browser_localstorage_clear: onSite({}),
    browser_sessionstorage_list: onSite({}),
    browser_sessionstorage_get: onSite({ key: 'a' }),
    browser_sessionstorage_set: onSite({ key: 'a', value: '1' }),
    browser_sessionstorage_delete: onSite({ key: 'a' }),
    browser_sessionstorage_clear: onSite({}),
    browser_storage_state: {},
    browser_set_storage_state: async (client) => {
      const { facts } = await client.call('browser_storage_state', { filename: 'state.json' });
      return { filename: String(facts['path']) };
    },
    browser_route: { pattern: '**/mocked', body: 'x' },
    browser_route_list: {},
    browser_unroute: {},
    browser_network_state_set: { state: 'online' },
    browser_start_tracing: {},
    browser_stop_tracing: async (client) => {
      await client.call('browser_start_tracing');
      return {};
    },
    browser_start_video: after({}),
    browser_stop_video: async (client) => {
      await opened(client);
      await client.call('browser_start_video');
      await client.call('browser_click', { target: 'text=Go' });
      return {};
    },
    browser_emulate_media: after({ media: 'print' }),
    browser_pdf_save: after({}),
    browser_request_takeover: after({ reason: 'A captcha', need: 'Solve it', timeout: 1_000 }),
    browser_close: after({}),
  };
}
