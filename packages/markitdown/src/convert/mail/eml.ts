/** Mail as it travels: RFC 822 with MIME. */
import PostalMime, { type Address } from 'postal-mime';
import { ConvertError } from '../errors.ts';
import type { Mail } from './mail.ts';

/** Reads a mail. */
export async function readEml(bytes: Uint8Array): Promise<Mail> {
  const email = await PostalMime.parse(bytes, { attachmentEncoding: 'arraybuffer', maxNestingDepth: 64 }).catch((error: unknown) => {
    throw new ConvertError('malformed', `The mail is broken: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  return {
    headers: {
      From: addresses(email.from ? [email.from] : []),
      To: addresses(email.to),
      Cc: addresses(email.cc),
      Date: email.date ?? '',
      Subject: email.subject ?? '',
    },
    html: email.html ?? '',
    text: email.text ?? '',
    attachments: email.attachments.map(({ filename, mimeType, disposition, content, contentId }, at) => ({
      name: filename ?? `attachment-${at + 1}`,
      mimetype: mimeType,
      isInline: disposition === 'inline' || (contentId !== undefined && disposition !== 'attachment'),
      contentId: contentId?.replace(/^<|>$/g, ''),
      bytes: () => (typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content)),
    })),
  };
}

function addresses(list: readonly Address[] | undefined): string {
  return (list ?? [])
    .flatMap((one) => (one.group ? one.group : [one]))
    .map(({ name, address }) => (name && address && name !== address ? `${name} <${address}>` : (address ?? name)))
    .join(', ');
}
