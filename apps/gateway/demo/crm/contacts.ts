/** The CRM's data: contacts that are the same for the same seed, and their CSV form. */

/** Where a deal stands, first to last. */
export const stages = ['Lead', 'Qualified', 'Proposal', 'Negotiation', 'Won'] as const;
export type Stage = (typeof stages)[number];

/** One contact. */
export interface Contact {
  readonly id: number;
  readonly name: string;
  readonly company: string;
  readonly stage: Stage;
  /** In whole euros. */
  readonly dealSize: number;
  /** `YYYY-MM-DD`. */
  readonly lastContact: string;
}

type Names = readonly [string, ...string[]];

const firstNames: Names = [
  'Ada',
  'Björn',
  'Chloé',
  'Dmitri',
  'Emeka',
  'Fatima',
  'Grace',
  'Hiroshi',
  'Inés',
  'Jonas',
  'Kavita',
  'Łukasz',
  'Mei',
  'Noor',
];
const lastNames: Names = [
  'Andersen',
  "O'Brien",
  'Castillo',
  'Dąbrowski',
  'Eriksen',
  'Fischer',
  'García',
  'Haddad',
  'Ivanova',
  'Johansson',
  'Kimura',
];
// Commas, quotes and umlauts: what a CSV reader must get right.
const companies: Names = [
  'Northwind Traders',
  'Müller & Söhne GmbH',
  'Acme, Inc.',
  'Studio "Blau"',
  'Contoso Ltd.',
  'Ølgaard A/S',
  'Fabrikam, Co.',
  'Tailspin Toys',
  'Café Río S.A.',
];
const newest = Date.UTC(2026, 9, 30);
const dayMs = 86_400_000;

/** Makes contacts. The same seed and count give the same ones. */
export function makeContacts(seed: number, count = 63): Contact[] {
  const random = numbers(seed);
  const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
  return Array.from({ length: count }, (_, index) => ({
    id: 1001 + index,
    name: `${pick(firstNames)} ${pick(lastNames)}`,
    company: pick(companies),
    stage: pick(stages),
    dealSize: 500 * (2 + Math.floor(random() * 300)),
    lastContact: new Date(newest - Math.floor(random() * 200) * dayMs).toISOString().slice(0, 10),
  }));
}

/** The contacts as the CRM exports them: RFC 4180, with a header line. */
export function toCsv(contacts: readonly Contact[]): string {
  const rows = contacts.map(({ id, name, company, stage, dealSize, lastContact }) => [id, name, company, stage, dealSize, lastContact]);
  return [['id', 'name', 'company', 'stage', 'deal_size', 'last_contact'], ...rows]
    .map((row) => `${row.map(quoted).join(',')}\r\n`)
    .join('');
}

function quoted(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Mulberry32: numbers from 0 to 1 that depend on the seed only. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
