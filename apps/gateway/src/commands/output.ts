/** Where the output of a command goes. */

/** Where a command writes. */
export interface CommandOutput {
  out(text: string): void | Promise<void>;
  err(text: string): void;
}

/** stdout and stderr of this process. */
export const processOutput: CommandOutput = {
  async out(text) {
    if (!process.stdout.write(text)) await new Promise<void>((done) => process.stdout.once('drain', done).once('close', done));
  },
  err: (text) => void process.stderr.write(text),
};
