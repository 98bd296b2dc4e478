/** A file: text or a picture, and its download. Pages are shown as text: what an agent made does not run here. */
import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { toSize } from '../hooks.ts';

const mostBytes = 256 * 1024;
const pictures = /\.(?:png|jpe?g|gif|webp|avif|bmp)$/i;

interface Props {
  readonly api: Api;
  readonly path: string;
  readonly url: string;
  readonly onClose: () => void;
}

export function Preview({ api, path, url, onClose }: Props) {
  const [text, setText] = useState<string>();
  const [picture, setPicture] = useState<string>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    const look = async () => {
      if (pictures.test(path)) return setPicture(URL.createObjectURL(await (await api.fetch(url)).blob()));
      const response = await api.fetch(url, { headers: { Range: `bytes=0-${mostBytes - 1}` } });
      const bytes = new Uint8Array(await response.arrayBuffer());
      setText(bytes.subarray(0, 8000).includes(0) ? `(binary, ${toSize(bytes.length)} or more)` : new TextDecoder().decode(bytes));
    };
    look().catch((cause: unknown) => setError(cause instanceof Error && !/\b416\b/.test(cause.message) ? cause.message : undefined));
  }, [api, url]);
  useEffect(() => () => void (picture && URL.revokeObjectURL(picture)), [picture]);
  const download = async () => {
    const blob = URL.createObjectURL(await (await api.fetch(url)).blob());
    const link = Object.assign(document.createElement('a'), { href: blob, download: path.split('/').at(-1) ?? 'file' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(blob), 60_000);
  };
  return (
    <section class="preview" aria-label={`Preview of ${path}`}>
      <div class="row">
        <h3>{path}</h3>
        <button type="button" onClick={() => void download()}>
          Download
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      {error && <p class="error">{error}</p>}
      {picture && <img src={picture} alt={path} />}
      {text !== undefined && <pre tabIndex={0}>{text}</pre>}
    </section>
  );
}
