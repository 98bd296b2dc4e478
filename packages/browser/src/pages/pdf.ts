/** Prints pages. */
import { withSpan } from '@sandlot/core/telemetry';
import { look, type LookOptions } from './look.ts';
import type { Session } from './session.ts';
import { safeName } from './workspace-files.ts';

/** Prints the page of a tab to a PDF file in the workspace. */
export async function savePdf(
  session: Session,
  { filename, ...options }: LookOptions & { filename?: string | undefined },
): Promise<{ path: string; bytes: number }> {
  return withSpan('browser.pdf', {}, async () =>
    look(session, options, async ({ page }) => {
      const pdf = await page.pdf({ printBackground: true });
      const name = filename ?? `${safeName((await page.title()) || 'page')}.pdf`;
      return { path: await session.files.write(name, pdf), bytes: pdf.length };
    }),
  );
}
