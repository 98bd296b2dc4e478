/** What is on: the programs that parts of Sandlot need, and where they were found. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from '@sandlot/core/config';
import { uiServices } from '../ui/uis.ts';
import { type Check, check } from './check.ts';

const wanted = [
  {
    id: 'chromium',
    title: 'Browser',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    fix: 'apt-get install chromium',
  },
  { id: 'python', title: 'Python cells', names: ['python3'], fix: 'apt-get install python3' },
  { id: 'git', title: 'Git', names: ['git'], fix: 'apt-get install git' },
  {
    id: 'vnc',
    title: 'The display over VNC',
    names: ['Xvnc', 'Xtigervnc'],
    fix: 'apt-get install tigervnc-standalone-server matchbox-window-manager',
  },
];

/** Looks for them. */
export function programs(): Check[] {
  const uis = uiServices.map(({ id, title, programs: names, missing }) => ({ id, title, names, fix: missing }));
  return [...wanted, ...uis].map(({ id, title, names, fix }) => {
    const found = findProgram(names);
    return check(id, title, found !== undefined, found ?? 'not installed', fix);
  });
}

/** The first of some programs that is on PATH. */
function findProgram(names: readonly string[]): string | undefined {
  const folders = (environment()['PATH'] ?? '').split(delimiter).filter(Boolean);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
