/** Engines that are not part of this package: they read text in pictures, and speech. */

/** Reads the text in a picture. */
export interface OcrEngine {
  readonly name: string;
  /**
   * @param image bytes of a PNG, JPEG or other picture
   * @param languages as the engine names them: `eng`, `deu`
   * @returns the text, paragraphs apart by a blank line
   */
  recognize(image: Uint8Array, languages: readonly string[]): Promise<string>;
}

/** Writes down what is said in a recording. */
export interface Transcriber {
  readonly name: string;
  transcribe(recording: Uint8Array, facts: { readonly filename?: string; readonly mimetype?: string }): Promise<string>;
}
