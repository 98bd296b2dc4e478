/** The scoring of the main job twice: as the Python script that the agent writes, and in TypeScript to check what it gave. */
import type { Contact } from './crm/contacts.ts';

/** A contact with its score. */
export interface Ranked {
  readonly id: number;
  readonly name: string;
  readonly company: string;
  readonly score: number;
}

/** What a stage makes of a deal's size, in percent. */
const weights = { Lead: 10, Qualified: 25, Proposal: 45, Negotiation: 75, Won: 0 } as const;
/** What a day without a word costs, in euros. */
const silencePerDay = 120;
const dayMs = 86_400_000;

/** Arguments: the CSV to read, the JSON file to write. Prints one JSON line about what it read. */
export const scoringScript = `"""Ranks CRM contacts: weighted deal size, less what silence costs."""
import csv, datetime, hashlib, json, pathlib, sys

WEIGHTS = ${JSON.stringify(weights)}
source, target = map(pathlib.Path, sys.argv[1:3])
data = source.read_bytes()
contacts = list(csv.DictReader(data.decode("utf-8").splitlines()))
day = lambda contact: datetime.date.fromisoformat(contact["last_contact"])
today = max(map(day, contacts))

def score(contact):
    return int(contact["deal_size"]) * WEIGHTS[contact["stage"]] // 100 - ${silencePerDay} * (today - day(contact)).days

ranked = [
    {"id": int(c["id"]), "name": c["name"], "company": c["company"], "score": score(c)}
    for c in sorted(contacts, key=lambda c: (-score(c), int(c["id"])))
]
target.write_text(json.dumps(ranked, ensure_ascii=False, indent=1), encoding="utf-8")
print(json.dumps({"contacts": len(ranked), "sha256": hashlib.sha256(data).hexdigest()}))
`;

/** The same ranking, from the CRM's own data. */
export function rank(contacts: readonly Contact[]): Ranked[] {
  const today = Math.max(...contacts.map(({ lastContact }) => Date.parse(lastContact)));
  return contacts
    .map(({ id, name, company, stage, dealSize, lastContact }) => {
      const days = (today - Date.parse(lastContact)) / dayMs;
      return { id, name, company, score: Math.floor((dealSize * weights[stage]) / 100) - silencePerDay * days };
    })
    .toSorted((a, b) => b.score - a.score || a.id - b.id);
}
