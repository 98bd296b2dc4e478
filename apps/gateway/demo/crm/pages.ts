/** The CRM's pages, as HTML. */
import type { Contact } from './contacts.ts';

const css = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: #1d2733; background: #f4f6f8 }
  header { display: flex; gap: 2rem; align-items: center; padding: .8rem 2rem; background: #14324f; color: #fff }
  header a, header button { color: #fff; background: none; border: 0; font: inherit; cursor: pointer }
  header form { margin-left: auto }
  main { max-width: 60rem; margin: 2rem auto; padding: 1.5rem 2rem; background: #fff; border-radius: 8px; box-shadow: 0 1px 3px #0002 }
  table { width: 100%; border-collapse: collapse } th, td { padding: .45rem .6rem; text-align: left; border-bottom: 1px solid #e3e8ee }
  td.number { text-align: right; font-variant-numeric: tabular-nums } nav { display: flex; gap: 1rem; margin-top: 1rem }
  label { display: block; margin: .8rem 0 .2rem } input { padding: .5rem; width: 20rem } form.login button { margin-top: 1rem; padding: .5rem 1.5rem }
  [role=alert] { color: #a3122d }`;

/** The login form, with what was wrong the last time. */
export function loginPage(csrf: string, error?: string): string {
  return page(
    'Log in',
    '',
    `<h1>Log in</h1>
    ${error === undefined ? '' : `<p role="alert">${escaped(error)}</p>`}
    <form class="login" method="post" action="/login">
      <input type="hidden" name="csrf" value="${csrf}">
      <label for="email">Email</label><input id="email" name="email" type="email" autocomplete="username" required>
      <label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
      <div><button type="submit">Log in</button></div>
    </form>`,
  );
}

/** One page of the contact table. */
export interface ContactsView {
  readonly user: string;
  readonly contacts: readonly Contact[];
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

/** A page of contacts. */
export function contactsPage({ user, contacts, page: number, pages, total }: ContactsView): string {
  const rows = contacts.map(
    ({ id, name, company, stage, dealSize, lastContact }) =>
      `<tr><td>${id}</td><td>${escaped(name)}</td><td>${escaped(company)}</td><td>${stage}</td>` +
      `<td class="number">€ ${dealSize.toLocaleString('en-GB')}</td><td>${lastContact}</td></tr>`,
  );
  const link = (to: number, text: string) => (to >= 1 && to <= pages ? `<a href="/contacts?page=${to}">${text}</a>` : '');
  return page(
    'Contacts',
    `<span>${escaped(user)}</span><form method="post" action="/logout"><button type="submit">Log out</button></form>`,
    `<h1>Contacts</h1>
    <p>${total} contacts. <a href="/contacts.csv">Download as CSV</a></p>
    <table>
      <thead><tr><th>No.</th><th>Name</th><th>Company</th><th>Stage</th><th>Deal size</th><th>Last contact</th></tr></thead>
      <tbody>${rows.join('\n')}</tbody>
    </table>
    <nav aria-label="Pages">${link(number - 1, 'Previous')} <span>Page ${number} of ${pages}</span> ${link(number + 1, 'Next')}</nav>`,
  );
}

function page(title: string, user: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>${title} · Lighthouse CRM</title><style>${css}</style></head>
  <body><header><strong>Lighthouse CRM</strong>${user}</header><main>${body}</main></body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
