/** A small CRM site for the main job: login form, session cookie, contact table over several pages, CSV download, log-out. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Contact, makeContacts, toCsv } from './contacts.ts';
import { contactsPage, loginPage } from './pages.ts';

/** Options of {@link startCrmSite}. */
export interface CrmSiteOptions {
  /** The same seed gives the same contacts. Default 1. */
  seed?: number;
  /** Address to listen on. Default 127.0.0.1. */
  bind?: string;
  /** Host name by which the browser reaches the site. Default 127.0.0.1. */
  host?: string;
}

/** What the site has seen, so that a job can be checked from the other side. */
export interface CrmVisits {
  logins: number;
  logouts: number;
  csvDownloads: number;
  /** Numbers of the contact pages that were served to somebody who was logged in. */
  readonly pages: Set<number>;
}

/** A running CRM site. */
export interface CrmSite extends AsyncDisposable {
  /** Where the browser finds it. */
  readonly url: string;
  readonly account: { readonly email: string; readonly password: string };
  readonly contacts: readonly Contact[];
  /** Number of pages of the contact table. */
  readonly pages: number;
  readonly visits: Readonly<CrmVisits>;
}

const perPage = 18;
const longestBody = 10_000;

/** Starts the site on a free port. */
export async function startCrmSite({ seed = 1, bind = '127.0.0.1', host = '127.0.0.1' }: CrmSiteOptions = {}): Promise<CrmSite> {
  const contacts = makeContacts(seed);
  const crm = new Crm(contacts);
  const server = createServer((request, response) => {
    crm.answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, bind, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    account: crm.account,
    contacts,
    pages: crm.pages,
    visits: crm.visits,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class Crm {
  readonly account = { email: 'ada@lighthouse.example', password: randomBytes(9).toString('base64url') };
  readonly visits: CrmVisits = { logins: 0, logouts: 0, csvDownloads: 0, pages: new Set() };
  readonly pages: number;
  readonly #contacts: readonly Contact[];
  readonly #sessions = new Set<string>();
  readonly #csrf = randomBytes(9).toString('base64url');

  constructor(contacts: readonly Contact[]) {
    this.#contacts = contacts;
    this.pages = Math.ceil(contacts.length / perPage);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://crm');
    const session = /(?:^|; )crm_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    const route = `${request.method} ${pathname}`;
    if (route === 'GET /login') return html(response, 200, loginPage(this.#csrf));
    if (route === 'POST /login') return this.#logIn(request, response);
    if (!['GET /', 'GET /contacts', 'GET /contacts.csv', 'POST /logout'].includes(route)) return html(response, 404, 'Not found');
    if (!this.#sessions.has(session)) return redirect(response, '/login');
    if (route === 'POST /logout') return this.#logOut(session, response);
    if (route === 'GET /contacts.csv') return this.#csv(response);
    if (route === 'GET /contacts') return this.#table(Number(searchParams.get('page') ?? 1), response);
    return redirect(response, '/contacts');
  }

  async #logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await bodyOf(request));
    const { email, password } = this.account;
    if (form.get('csrf') !== this.#csrf || form.get('email') !== email || form.get('password') !== password) {
      return html(response, 401, loginPage(this.#csrf, 'The email address or the password is wrong.'));
    }
    const session = randomBytes(18).toString('base64url');
    this.#sessions.add(session);
    this.visits.logins++;
    return redirect(response, '/contacts', `crm_session=${session}; Path=/; HttpOnly; SameSite=Lax`);
  }

  #logOut(session: string, response: ServerResponse): void {
    this.#sessions.delete(session);
    this.visits.logouts++;
    redirect(response, '/login', 'crm_session=; Path=/; Max-Age=0');
  }

  #table(page: number, response: ServerResponse): void {
    if (!Number.isInteger(page) || page < 1 || page > this.pages) return html(response, 404, 'No such page');
    this.visits.pages.add(page);
    const contacts = this.#contacts.slice((page - 1) * perPage, page * perPage);
    const { email: user } = this.account;
    return html(response, 200, contactsPage({ user, contacts, page, pages: this.pages, total: this.#contacts.length }));
  }

  #csv(response: ServerResponse): void {
    this.visits.csvDownloads++;
    const headers = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="contacts.csv"' };
    response.writeHead(200, headers).end(toCsv(this.#contacts));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > longestBody) throw new Error('The form is too large.');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function html(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(text);
}

function redirect(response: ServerResponse, to: string, cookie?: string): void {
  response.writeHead(303, { location: to, ...(cookie !== undefined && { 'set-cookie': cookie }) }).end();
}
