/** The state of a group in RTF. */

/** What a group inherits and may change. */
export interface State {
  bold: boolean;
  italic: boolean;
  strike: boolean;
  hidden: boolean;
  script: 'sub' | 'super' | undefined;
  font: number;
  /** Bytes that stand for a `\u` character in old programs. */
  skip: number;
  /** Where text goes: the document, nowhere, or a part with a name. */
  destination: string;
  href: string | undefined;
  style: number | undefined;
  list: number | undefined;
  level: number;
  outline: number | undefined;
  inTable: boolean;
  /** Left indent, in twips. */
  indent: number;
}

/** The state at the start. */
export function startState(): State {
  return {
    bold: false,
    italic: false,
    strike: false,
    hidden: false,
    script: undefined,
    font: 0,
    skip: 1,
    destination: 'text',
    href: undefined,
    style: undefined,
    list: undefined,
    level: 0,
    outline: undefined,
    inTable: false,
    indent: 0,
  };
}

/** Paragraph properties back to their defaults. */
export function resetParagraph(state: State): void {
  state.style = undefined;
  state.list = undefined;
  state.level = 0;
  state.outline = undefined;
  state.inTable = false;
  state.indent = 0;
}

/** Sets a property of text or of a paragraph. @returns false when the word is no property */
export function applyProperty(state: State, word: string, value: number | undefined): boolean {
  const isOn = value !== 0;
  switch (word) {
    case 'pard':
      resetParagraph(state);
      return true;
    case 'plain':
      Object.assign(state, { bold: false, italic: false, strike: false, hidden: false, script: undefined });
      return true;
    case 'b':
      state.bold = isOn;
      return true;
    case 'i':
      state.italic = isOn;
      return true;
    case 'strike':
    case 'striked':
      state.strike = isOn;
      return true;
    case 'v':
      state.hidden = isOn;
      return true;
    case 'sub':
    case 'super':
      state.script = isOn ? word : undefined;
      return true;
    case 'nosupersub':
      state.script = undefined;
      return true;
    case 's':
      state.style = value;
      if (state.destination === 'stylesheet') state.destination = 'stylesheet-entry';
      return true;
    case 'outlinelevel':
      state.outline = value;
      return true;
    case 'li':
    case 'lin':
      state.indent = value ?? 0;
      return true;
    case 'f':
      state.font = value ?? 0;
      return true;
    case 'uc':
      state.skip = value ?? 1;
      return true;
    case 'ilvl':
      state.level = Math.min(8, value ?? 0);
      return true;
    // Lists of old files: a bullet, a number.
    case 'pnlvlblt':
      state.list = -1;
      return true;
    case 'pnlvlbody':
      state.list = -2;
      return true;
    default:
      return false;
  }
}

/** Parts that hold no text of the document. */
export const ignored: ReadonlySet<string> = new Set(
  'colortbl filetbl generator themedata colorschememapping latentstyles datastore xmlnstbl rsidtbl mmathPr wgrffmtfilter operator company comment doccomm keywords subject category manager creatim revtim printim buptim template userprops header footer headerl headerr headerf footerl footerr footerf ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn pgdsctbl listpicture revtbl atnid atnauthor atntime atnicn atnref bkmkstart bkmkend tc xe txe rxe object objdata objclass objname objalias nonshppict blipuid picprop shpinst sp sn sv fldtype oldcprops oldpprops'.split(
    ' ',
  ),
);
