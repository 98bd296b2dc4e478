/** What tools cost in the context of a model. */
import type { Loose } from '../upstreams/caller.ts';

const known = new WeakMap<Loose, number>();

/**
 * Tokens of a definition, about: four characters of its JSON are one. Tokenizers differ by model; a list compares well with another by this.
 */
export function tokensOf(definition: Loose): number {
  const tokens = known.get(definition) ?? Math.ceil(JSON.stringify(definition).length / 4);
  known.set(definition, tokens);
  return tokens;
}
