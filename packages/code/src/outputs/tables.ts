/** Tables of HTML output, such as a DataFrame, as Markdown. */

const largestChars = 2_000_000;

/**
 * The Markdown of a value whose HTML is a table.
 *
 * @param html its HTML
 * @param plain its plain text; its last line may tell the size of a table that is shown in part
 * @returns undefined for HTML that is no table
 */
export async function tablesToMarkdown(html: string, plain: unknown): Promise<string | undefined> {
  if (!/<table[\s>]/i.test(html) || html.length > largestChars || /<script[\s>]/i.test(html)) return undefined;
  // Loaded with the first table: it is large.
  const { convertHtml } = await import('@sandlot/markitdown/convert');
  const { markdown } = await convertHtml(html.replace(/<style[\s>][\s\S]*?<\/style>/gi, ''));
  const size = /\[\d+ rows x \d+ columns\]$/.exec(typeof plain === 'string' ? plain : '')?.[0];
  return size !== undefined && !/\d+ rows × \d+ columns/.test(markdown) ? `${markdown}\n\n${size}` : markdown;
}
