/** Tells what a terminal emulator answers by itself from what a person types. */

// Device attributes; status and cursor position; modes; size; colours; settings and terminfo.
const shapes = [
  String.raw`\[[?>=][\d;]*c`,
  String.raw`\[\??\d*n`,
  String.raw`\[\??(?!1;[2-8]R)\d+;\d+R`,
  String.raw`\[\??\d+;\d+\$y`,
  String.raw`\[\d+;\d+;\d+t`,
  String.raw`\]\d+;[^\u0007\u001b]*(?:\u0007|\u001b\\)`,
  String.raw`P[^\u001b]*\u001b\\`,
].map((shape) => String.raw`\u001b${shape}`);

const replies = new RegExp(`^(?:${shapes.join('|')})+$`);

/**
 * True when a message of a viewer holds nothing but such answers. The server answers every question of a program itself, once: the
 * answers of several viewers, or to old questions that are shown anew, would be taken for typed text. Shift+F3 (`ESC [1;2R`) is none.
 */
export function isReply(message: Buffer): boolean {
  return message[0] === 0x1b && message.length <= 1024 && replies.test(message.toString('latin1'));
}
