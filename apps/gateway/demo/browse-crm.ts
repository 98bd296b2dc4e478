/** The browser's part of the main job: log in to the CRM, read its contact table page by page, download it, log out. */
import { z } from 'zod';
import type { Contact } from './crm/contacts.ts';
import type { McpClient, ToolAnswer } from './mcp-client.ts';
import { Snapshot } from './snapshot.ts';

const contactRow = z
  .tuple([
    z.coerce.number().int(),
    z.string(),
    z.string(),
    z.enum(['Lead', 'Qualified', 'Proposal', 'Negotiation', 'Won']),
    z.string(),
    z.iso.date(),
  ])
  .transform(([id, name, company, stage, deal, lastContact]): Contact => {
    return { id, name, company, stage, dealSize: Number(deal.replaceAll(/[^\d]/g, '')), lastContact };
  });
const downloadsSchema = z.array(z.object({ path: z.string(), bytes: z.number(), state: z.string() })).min(1);

/** A browser behind MCP tools. */
export class CrmVisitor {
  readonly #mcp: McpClient;

  constructor(mcp: McpClient) {
    this.#mcp = mcp;
  }

  /** Opens the site and logs in. */
  async logIn(url: string, account: { email: string; password: string }): Promise<void> {
    await this.#mcp.call('browser_navigate', { url });
    const form = await this.#look();
    await this.#mcp.call('browser_type', { target: need(form, 'textbox', 'Email'), text: account.email });
    await this.#mcp.call('browser_type', { target: need(form, 'textbox', 'Password'), text: account.password });
    await this.#mcp.call('browser_click', { target: need(form, 'button', 'Log in') });
    need(await this.#look(), 'heading', 'Contacts');
  }

  /** Reads the table from the page that is open to the last one. */
  async readTable(mostPages: number): Promise<{ contacts: Contact[]; pages: number }> {
    const contacts: Contact[] = [];
    for (let pages = 1; pages <= mostPages; pages++) {
      const page = await this.#look();
      contacts.push(...page.rows().map((row) => contactRow.parse(row)));
      const next = page.refOf('link', 'Next');
      if (next === undefined) return { contacts, pages };
      await this.#mcp.call('browser_click', { target: next });
    }
    throw new Error(`The table has more than ${mostPages} pages.`);
  }

  /** Clicks the link to the CSV file; returns the path in the workspace. */
  async download(): Promise<{ path: string; bytes: number }> {
    let answer: ToolAnswer = await this.#mcp.call('browser_click', { target: need(await this.#look(), 'link', 'Download as CSV') });
    let [file] = downloadsSchema.parse(answer.facts['files']);
    if (file?.state === 'running') {
      answer = await this.#mcp.call('browser_get_download_list', { wait: true });
      file = downloadsSchema.parse(answer.facts['files']).at(-1);
    }
    if (file?.state !== 'completed') throw new Error(`The download did not complete: ${answer.text}`);
    return file;
  }

  /** Logs out. */
  async logOut(): Promise<void> {
    await this.#mcp.call('browser_click', { target: need(await this.#look(), 'button', 'Log out') });
    need(await this.#look(), 'button', 'Log in');
  }

  /** The whole page, also when it comes in parts. */
  async #look(): Promise<Snapshot> {
    let answer = await this.#mcp.call('browser_snapshot', {});
    let text = answer.text;
    while (typeof answer.facts['cursor'] === 'string') {
      answer = await this.#mcp.call('browser_snapshot', { cursor: answer.facts['cursor'] });
      text += `\n${answer.text}`;
    }
    return new Snapshot(text);
  }
}

function need(snapshot: Snapshot, role: string, name: string): string {
  const ref = snapshot.refOf(role, name);
  if (ref === undefined) throw new Error(`The page has no ${role} "${name}".`);
  return ref;
}
