/** Blocks to paste into MCP clients. */
import { useState } from 'preact/hooks';
import { base } from '../api.ts';
import type { PanelProps } from '../app.tsx';

export function Connect({ api }: PanelProps) {
  const [shown, setShown] = useState(false);
  const url = new URL('mcp', base).href;
  const header = api.key === undefined ? undefined : `Bearer ${shown ? api.key : '<your key>'}`;
  const headers = header === undefined ? {} : { headers: { Authorization: header } };
  const blocks = [
    ['Claude Code', `claude mcp add --transport http sandlot ${url}${header === undefined ? '' : ` --header "Authorization: ${header}"`}`],
    ['VS Code (.vscode/mcp.json)', JSON.stringify({ servers: { sandlot: { type: 'http', url, ...headers } } }, null, 2)],
    ['Cursor (.cursor/mcp.json)', JSON.stringify({ mcpServers: { sandlot: { url, ...headers } } }, null, 2)],
    ['curl', `curl ${header === undefined ? '' : `-H "Authorization: ${header}" `}${new URL('v1/openapi.json', base).href}`],
  ] as const;
  return (
    <>
      <h2>Connect a client</h2>
      {api.key !== undefined && (
        <label>
          <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} /> Put the key in
        </label>
      )}
      {blocks.map(([title, text]) => (
        <Block key={title} title={title} text={text} />
      ))}
    </>
  );
}

function Block({ title, text }: { title: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <section class="block">
      <h3>
        {title}{' '}
        <button type="button" onClick={copy} aria-label={`Copy the block for ${title}`}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      </h3>
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}
