/** Every tool of the browser server, in the order in which they are listed. */
import { browserClick } from './click.ts';
import { browserClose } from './close.ts';
import { browserEvaluate } from './evaluate.ts';
import { browserGetDownloadList } from './get-download-list.ts';
import { browserNavigateBack } from './navigate-back.ts';
import { browserNavigate } from './navigate.ts';
import { browserSnapshot } from './snapshot.ts';
import { browserTabs } from './tabs.ts';
import { browserTakeScreenshot } from './take-screenshot.ts';
import { browserType } from './type.ts';
import { browserWaitFor } from './wait-for.ts';

export const tools = [
  browserNavigate,
  browserNavigateBack,
  browserSnapshot,
  browserClick,
  browserType,
  browserWaitFor,
  browserTakeScreenshot,
  browserTabs,
  browserEvaluate,
  browserGetDownloadList,
  browserClose,
];
