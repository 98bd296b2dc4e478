/** Mail as Outlook saves it. */
import MsgReaderModule from '@kenjiuno/msgreader';
import { declaredCharset, decodeText } from '../detect/charset.ts';
import { ConvertError } from '../errors.ts';
import { pictureType } from '../ooxml/package.ts';
import type { Mail } from './mail.ts';

// The package is CommonJS with a default export of its own.
const { default: MsgReader } = MsgReaderModule;

/** Reads a mail. */
export function readMsg(bytes: Uint8Array): Mail {
  const reader = new MsgReader(Uint8Array.from(bytes).buffer);
  const data = reader.getFileData();
  if (data.error) throw new ConvertError('malformed', `The mail is broken: ${data.error}`);
  const html = data.html ?? new Uint8Array();
  return {
    headers: {
      From: address(data.senderName, data.senderSmtpAddress ?? data.senderEmail),
      To: recipients(data.recipients, 'to'),
      Cc: recipients(data.recipients, 'cc'),
      Date: data.messageDeliveryTime ?? data.clientSubmitTime ?? '',
      Subject: data.subject ?? '',
    },
    html: data.bodyHtml ?? (html.length > 0 ? decodeText(html, declaredCharset(html)) : ''),
    text: data.body ?? '',
    attachments: (data.attachments ?? []).map((one, at) => {
      const name = one.fileName ?? one.name ?? `attachment-${at + 1}`;
      return {
        name,
        mimetype: pictureType(name),
        isInline: one.attachmentHidden === true || one.pidContentId !== undefined,
        contentId: one.pidContentId?.replace(/^<|>$/g, ''),
        bytes: () => reader.getAttachment(one).content,
      };
    }),
  };
}

interface Recipient {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly smtpAddress?: string | undefined;
  readonly recipType?: string | undefined;
}

function recipients(list: readonly Recipient[] | undefined, type: string): string {
  return (list ?? [])
    .filter(({ recipType }) => recipType === type)
    .map(({ name, smtpAddress, email }) => address(name, smtpAddress ?? email))
    .filter((one) => one !== '')
    .join(', ');
}

function address(name = '', email = ''): string {
  if (!email.includes('@')) return name;
  return name === '' || name === email ? email : `${name} <${email}>`;
}
