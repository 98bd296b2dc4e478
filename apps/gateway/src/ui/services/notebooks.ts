/** The notebooks: JupyterLab on the workspace. https://jupyter-server.readthedocs.io/en/stable/other/full-config.html */
import type { UiService } from '../service.ts';

/**
 * `/jupyter/`. The gateway asks for the credential, so that the server asks for none. Kernels of agents are listed as well: their
 * connection files lie in `external_kernels` of Jupyter's runtime folder.
 */
export const notebooks: UiService = {
  id: 'jupyter',
  title: 'JupyterLab',
  purpose: "Notebooks on the workspace; the agent's kernels can be opened",
  programs: ['jupyter-lab'],
  missing: 'Install it so that jupyter-lab is on PATH (pip install jupyterlab), or use the image sandlot/sandlot:code.',
  keepsPath: true,
  program: ({ socket, folder, workspace, url }) => ({
    // Nobody is asked whether to fetch news from elsewhere.
    files: { 'overrides.json': JSON.stringify({ '@jupyterlab/apputils-extension:notification': { fetchNews: 'false' } }) },
    args: [
      '--no-browser',
      `--ServerApp.sock=${socket}`,
      '--ServerApp.sock_mode=0660',
      `--ServerApp.base_url=${url}`,
      `--ServerApp.root_dir=${workspace}`,
      '--ServerApp.allow_external_kernels=True',
      '--ServerApp.allow_remote_access=True',
      '--ServerApp.quit_button=False',
      '--ServerApp.terminals_enabled=False',
      '--ServerApp.allow_root=True',
      '--IdentityProvider.token=',
      '--ServerApp.password=',
      `--LabApp.app_settings_dir=${folder}`,
      '--LabApp.news_url=',
      '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    ],
  }),
};
