/** Every tool of the browser server, in the order in which they are listed. */
import { browserClick } from './click.ts';
import { browserClose } from './close.ts';
import { browserConsoleMessages } from './console-messages.ts';
import { browserDrag } from './drag.ts';
import { browserEvaluate } from './evaluate.ts';
import { browserFileUpload } from './file-upload.ts';
import { browserFillForm } from './fill-form.ts';
import { browserFind } from './find.ts';
import { browserGetDownloadList } from './get-download-list.ts';
import { browserGetMarkdown } from './get-markdown.ts';
import { browserHandleDialog } from './handle-dialog.ts';
import { browserHover } from './hover.ts';
import { browserNavigateBack } from './navigate-back.ts';
import { browserNavigateForward } from './navigate-forward.ts';
import { browserNavigate } from './navigate.ts';
import { browserNetworkRequest } from './network-request.ts';
import { browserNetworkRequests } from './network-requests.ts';
import { browserPressKey } from './press-key.ts';
import { browserReload } from './reload.ts';
import { browserResize } from './resize.ts';
import { browserSelectOption } from './select-option.ts';
import { browserSnapshot } from './snapshot.ts';
import { browserTabs } from './tabs.ts';
import { browserTakeScreenshot } from './take-screenshot.ts';
import { browserType } from './type.ts';
import { browserWaitFor } from './wait-for.ts';

export const tools = [
  browserNavigate,
  browserNavigateBack,
  browserNavigateForward,
  browserReload,
  browserSnapshot,
  browserFind,
  browserGetMarkdown,
  browserClick,
  browserHover,
  browserDrag,
  browserType,
  browserFillForm,
  browserSelectOption,
  browserPressKey,
  browserFileUpload,
  browserHandleDialog,
  browserWaitFor,
  browserTakeScreenshot,
  browserTabs,
  browserEvaluate,
  browserConsoleMessages,
  browserNetworkRequests,
  browserNetworkRequest,
  browserGetDownloadList,
  browserResize,
  browserClose,
];
