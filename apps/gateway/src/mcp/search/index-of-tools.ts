/** Full-text search over the tools of a catalog, ranked by BM25. */
import MiniSearch from 'minisearch';
import { isLoose, type Loose, objectAt } from '../../upstreams/caller.ts';
import type { Catalog, Target } from '../catalog.ts';

const indexes = new WeakMap<Catalog, MiniSearch>();

/** Words in names (`file_read`, `createIssue`, `github__list-prs`) are words for the search, too. */
function words(text: string): string[] {
  return text
    .replaceAll(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

/**
 * Finds tools by what they do, best first.
 *
 * @param isVisible tells which tools may be found
 */
export function findTools(catalog: Catalog, query: string, isVisible: (target: Target) => boolean): Target[] {
  const index = indexes.get(catalog) ?? indexTools(catalog);
  indexes.set(catalog, index);
  const found = index.search(query, {
    boost: { name: 3, title: 2 },
    prefix: (term) => term.length > 2,
    fuzzy: (term) => term.length > 4 && 0.2,
  });
  return found.flatMap(({ id }) => catalog.tools.get(String(id)) ?? []).filter(isVisible);
}

function indexTools(catalog: Catalog): MiniSearch {
  const index = new MiniSearch({ fields: ['name', 'title', 'description', 'parameters'], tokenize: words });
  index.addAll(
    [...catalog.tools].map(([name, { shown }]) => ({
      id: name,
      name,
      title: textAt(shown, 'title'),
      description: textAt(shown, 'description'),
      parameters: Object.entries(objectAt(objectAt(shown, 'inputSchema'), 'properties'))
        .map(([key, schema]) => `${key} ${isLoose(schema) ? textAt(schema, 'description') : ''}`)
        .join(' '),
    })),
  );
  return index;
}

function textAt(data: Loose, key: string): string {
  const value = data[key];
  return typeof value === 'string' ? value : '';
}
