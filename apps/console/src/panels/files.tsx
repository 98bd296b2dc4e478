/** The workspace: list, preview, upload by drag and drop, download. */
import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import type { PanelProps } from '../app.tsx';
import { toSize, useLoaded } from '../hooks.ts';
import { Preview } from './preview.tsx';

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly size: number;
  readonly changed: string;
}

export function Files({ api, query }: PanelProps) {
  const folder = query.get('path') ?? '';
  const [file, setFile] = useState<string>();
  const [status, setStatus] = useState('');
  const [over, setOver] = useState(false);
  const { data, error, reload } = useLoaded(() => list(api, folder), [api, folder]);
  const upload = async (files: FileList | null | undefined) => {
    for (const one of files ?? []) {
      const path = join(folder, one.name);
      setStatus(`Uploading ${path}…`);
      try {
        await api.fetch(contentOf(path), { method: 'PUT', body: one, headers: { 'Content-Type': 'application/octet-stream' } });
        setStatus(`${path} is uploaded.`);
      } catch (cause) {
        setStatus(`${path} is not uploaded: ${cause instanceof Error ? cause.message : String(cause)}`);
      }
    }
    reload();
  };
  const parts = folder.split('/').filter(Boolean);
  return (
    <div
      class={`files ${over ? 'over' : ''}`}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => (event.preventDefault(), setOver(false), void upload(event.dataTransfer?.files))}
    >
      <div class="row">
        <nav aria-label="Folder" class="crumbs">
          <a href="#files">workspace</a>
          {parts.map((part, at) => (
            <span key={at}>
              {' '}
              / <a href={toHash(parts.slice(0, at + 1).join('/'))}>{part}</a>
            </span>
          ))}
        </nav>
        <label class="button">
          Upload <input type="file" multiple class="visually-hidden" onChange={(event) => void upload(event.currentTarget.files)} />
        </label>
        <button type="button" onClick={reload}>
          Reload
        </button>
        <span class="hint">or drop files here</span>
      </div>
      <p role="status">{status}</p>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <div class="split">
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Size</th>
                <th scope="col">Changed</th>
              </tr>
            </thead>
            <tbody>
              {data?.map(({ name, isFolder, size, changed }) => {
                const path = join(folder, name);
                return (
                  <tr key={name}>
                    <td>
                      {isFolder ? (
                        <a href={toHash(path)}>{name}/</a>
                      ) : (
                        <button type="button" class="link" aria-pressed={file === path} onClick={() => setFile(path)}>
                          {name}
                        </button>
                      )}
                    </td>
                    <td>{isFolder ? '' : toSize(size)}</td>
                    <td>{changed.replace('T', ' ')}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {data?.length === 0 && <p class="hint">This folder is empty.</p>}
        </div>
        {file !== undefined && <Preview key={file} api={api} path={file} url={contentOf(file)} onClose={() => setFile(undefined)} />}
      </div>
    </div>
  );
}

/** The lines of `file_list` with details: path, size and time between tabs. */
async function list(api: Api, folder: string): Promise<Entry[]> {
  const { text } = await api.call('file_list', { path: folder || '.', details: true, limit: 2000 });
  return text.split('\n').flatMap((line) => {
    const [path = '', size, changed = ''] = line.split('\t');
    if (size === undefined) return [];
    const shown = path.replace(/ -> .*$/, '');
    const name = shown.replace(/\/$/, '').split('/').at(-1) ?? '';
    return name === '' ? [] : [{ name, isFolder: shown.endsWith('/'), size: Number(size) || 0, changed }];
  });
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function toHash(path: string): string {
  return `#files?${new URLSearchParams({ path }).toString()}`;
}

function contentOf(path: string): string {
  return `v1/file/content/${path.split('/').map(encodeURIComponent).join('/')}`;
}
