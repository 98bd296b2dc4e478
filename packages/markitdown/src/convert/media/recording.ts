/** Sound and video: what is written into the file, and its transcript when somebody can make one. */
import { parseBuffer, type IAudioMetadata } from 'music-metadata';
import type { ConvertContext, Converter, Input } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import { type Block, heading, paragraph } from '../model/document.ts';

/** Converts .mp3, .wav, .m4a, .flac, .ogg, .mp4, .mov, .mkv, .webm. */
export const recording: Converter = { name: 'recording', accepts: ({ kind }) => kind === 'audio' || kind === 'video', convert };

async function convert({ bytes, detected }: Input, { options }: ConvertContext) {
  const warnings: string[] = [];
  const facts: Readonly<Record<string, string>> = await parseBuffer(bytes, {
    ...(detected.mimetype && { mimeType: detected.mimetype }),
    size: bytes.length,
  }).then(factsOf, (error: unknown) => {
    warnings.push(`The facts of the recording could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  });
  const title = facts['title'];
  const blocks: Block[] = [];
  for (const [name, value] of Object.entries(facts)) blocks.push(paragraph(`${labels[name] ?? name}: ${value}`));
  if (options.transcriber) {
    const text = await transcript(bytes, detected, options.transcriber);
    blocks.push(heading(3, 'Transcript'), ...text.map(paragraph));
  }
  return { blocks, metadata: facts, warnings, ...(title !== undefined && { title }) };
}

async function transcript(
  bytes: Uint8Array,
  { filename, mimetype }: Input['detected'],
  transcriber: NonNullable<ConvertContext['options']['transcriber']>,
): Promise<string[]> {
  try {
    const text = await transcriber.transcribe(bytes, {
      ...(filename !== undefined && { filename }),
      ...(mimetype !== undefined && { mimetype }),
    });
    return text
      .split(/\n\s*\n/)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConvertError('malformed', `The transcriber ${transcriber.name} failed: ${reason}`, { cause: error });
  }
}

const labels: Readonly<Record<string, string>> = {
  title: 'Title',
  artist: 'Artist',
  album: 'Album',
  track: 'Track',
  genre: 'Genre',
  date: 'Date',
  comment: 'Comment',
  duration: 'Duration',
  codec: 'Codec',
  sampleRate: 'SampleRate',
  channels: 'Channels',
  bitrate: 'Bitrate',
};

function factsOf({ common, format }: IAudioMetadata): Record<string, string> {
  const facts: Record<string, string | undefined> = {
    title: common.title,
    artist: common.artists?.join(', ') ?? common.artist,
    album: common.album,
    track: common.track.no === null ? undefined : String(common.track.no),
    genre: common.genre?.join(', '),
    date: common.date ?? (common.year === undefined ? undefined : String(common.year)),
    comment: common.comment?.map(({ text }) => text ?? '').join(' '),
    duration: format.duration === undefined ? undefined : durationText(format.duration),
    codec: format.codec ?? format.container,
    sampleRate: format.sampleRate === undefined ? undefined : `${format.sampleRate} Hz`,
    channels: format.numberOfChannels === undefined ? undefined : String(format.numberOfChannels),
    bitrate: format.bitrate === undefined ? undefined : `${Math.round(format.bitrate / 1000)} kbit/s`,
  };
  return Object.fromEntries(Object.entries(facts).flatMap(([name, value]) => (value ? [[name, value.trim()]] : [])));
}

/** Seconds as `1:02:03`. */
function durationText(seconds: number): string {
  const all = Math.round(seconds);
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60)];
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(all % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}
