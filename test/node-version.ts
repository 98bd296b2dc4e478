/**
 * Fails the run at once when it is not on the pinned Node.js. A missing platform package would otherwise fall back
 * to the machine's own node without a word.
 */
export default function requireNode24(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major !== 24) {
    throw new Error(
      `Sandlot runs on Node.js 24, but this run uses ${process.versions.node}. Run "npm ci" to get the pinned platform package, or install Node.js 24.`,
    );
  }
}
