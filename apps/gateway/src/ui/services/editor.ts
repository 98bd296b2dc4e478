/** The editor: code-server on the workspace. https://coder.com/docs/code-server/guide */
import { join } from 'node:path';
import type { UiService } from '../service.ts';

/** `/code-server/`. The gateway asks for the credential, so that the editor asks for none. */
export const editor: UiService = {
  id: 'code-server',
  title: 'The editor (code-server)',
  purpose: 'Visual Studio Code on the workspace',
  programs: ['code-server'],
  missing: 'Install code-server so that it is on PATH (npm install --global code-server), or use the image sandlot/sandlot:full.',
  keepsPath: false,
  // Its own preview of ports would put pages that an agent made on the console's origin.
  refused: ['/proxy/', '/absproxy/'],
  program: ({ socket, folder, workspace }) => ({
    args: [
      '--socket',
      socket,
      '--socket-mode',
      '660',
      '--auth',
      'none',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-proxy',
      // No advertisement of its maker.
      '--disable-getting-started-override',
      '--config',
      join(folder, 'config.yaml'),
      workspace,
    ],
  }),
};
