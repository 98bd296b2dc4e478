/** The pages that the benchmark opens: small, long, wide, dense, and one that never stands still. */
import type { Handler } from '../test/site.ts';

const repeat = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, index) => make(index)).join('');

export const pages: Record<string, string | Handler> = {
  '/form': `<title>Form</title><h1>Sign up</h1><form onsubmit="return false"><label>Name <input name=name></label><label>Mail <input name=mail></label>
    <select aria-label=Plan><option>Free<option>Paid</select><label><input type=checkbox> Agree</label></form>
    <button onclick="out.textContent='Clicked ' + ++n">Go</button><button onclick="fetch('/data').then(r => r.text()).then(t => out.textContent = t + ++n)">Fetch</button>
    <p id=out></p><script>var n = 0</script>`,
  '/data': (_, response) => void setTimeout(() => response.end('Loaded '), 5),
  '/article': `<title>Article</title>${repeat(60, (index) => `<h2>Part ${index}</h2>${repeat(5, (row) => `<p>${'Some words of an article. '.repeat(25)}<a href="/form?${index}-${row}">Note ${row}</a></p>`)}`)}<button onclick="out.textContent='Clicked ' + Math.random()">Go</button><p id=out></p>`,
  '/table': `<title>Table</title><button onclick="document.querySelector('td').textContent = Math.random()">Go</button><table>${repeat(1000, (index) => `<tr><td>${index}</td><td>Name ${index}</td><td>name${index}@example.org</td><td><button>Edit ${index}</button></td></tr>`)}</table>`,
  '/dense': `<title>Dense</title><button onclick="this.nextElementSibling.textContent = Math.random()">Go</button><b></b>${repeat(2000, (index) => `<button>Control ${index}</button>`)}`,
  '/spa': `<title>App</title><button onclick="fetch('/late').then(r => r.text()).then(t => out.textContent = t + ++n)">Go</button><p id=out></p><p id=clock></p><ul>${repeat(50, (index) => `<li>Item ${index}</li>`)}</ul>
    <script>var n = 0; setInterval(() => clock.textContent = Date.now(), 50)</script>`,
  '/late': (_, response) => void setTimeout(() => response.end('Effect '), 150),
};
